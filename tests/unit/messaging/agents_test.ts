import assert from "node:assert/strict";
import { DAY, MINUTE, SECOND } from "../../../lib/core/clock.ts";
import { acknowledge } from "../../../lib/messaging/acknowledge.ts";
import { agentToken, agentTokens, type Alive, parseAgentToken } from "../../../lib/messaging/agent_token.ts";
import { agentsNow, type Surroundings } from "../../../lib/messaging/agents.ts";
import { findOwn } from "../../../lib/messaging/find.ts";
import { outcomeOf } from "../../../lib/messaging/outcome.ts";
import { noteGone, notePresent, noteUnseenGone } from "../../../lib/messaging/presence.ts";
import { byAgent, recipientsOf } from "../../../lib/messaging/recipients.ts";
import { beginSession, endSession } from "../../../lib/messaging/sessions.ts";
import type { Message } from "../../../lib/messaging/message.ts";
import type { TestContext } from "../../support/context.ts";
import { arrive, messageOf, send, take, testHost } from "../../support/messaging.ts";
import { testId } from "../../support/observations.ts";

/** Surroundings in which these locks are held. */
function held(slots: Set<number>, peerRuns = true): Surroundings {
  return { isHeld: (slot) => slots.has(slot), peerRuns: () => peerRuns, hostName: "mbp" };
}

function alive(scope: string, session: string, agent: string): Alive {
  const shown = {
    session,
    agent,
    family: "codex",
    pcId: "e".repeat(32),
    host: "box",
    project: "p",
    since: 1,
  };
  return { scope, shown };
}

function views(context: TestContext, message: Message, around: Surroundings): string[] {
  return recipientsOf(context, findOwn(context, message.id), around)
    .map(({ session, state }) => `${session} ${state}`).toSorted();
}

function outcome(context: TestContext, message: Message, around: Surroundings): string {
  const stored = findOwn(context, message.id);
  return outcomeOf(context, stored, recipientsOf(context, stored, around));
}

Deno.test("tokens are keys that read back, and whatever else is alive is no agent", () => {
  for (const scope of ["mesh", "user/alice", "team/a.b-c"]) {
    const one = alive(scope, "s1", "設計@box");
    const key = agentToken(one);
    assert.match(key, /^kioku\/agent\/[A-Za-z0-9/._-]+$/);
    assert.ok(key.startsWith(agentTokens(scope, one.shown.pcId).slice(0, -2)));
    assert.deepEqual(parseAgentToken(key), one);
  }
  const long = alive("mesh", "s1", "a");
  const read = parseAgentToken(
    agentToken({ ...long, shown: { ...long.shown, project: "設".repeat(5_000) } }),
  );
  assert.ok((read?.shown.project.length ?? 0) <= 40);
  for (
    const key of [
      "kioku/peer/x",
      "kioku/agent/mesh",
      "kioku/agent/mesh/host/!!!",
      "kioku/agent/mesh/host/e30",
      "kioku/agent/team/host/e30",
      `kioku/agent/mesh/host/${btoa('{"v":1,"session":"a/b","agent":"c"}')}`,
      `kioku/agent/mesh/host/${btoa('{"v":2,"session":"a","agent":"c"}')}`,
      `kioku/agent/mesh/host/${"A".repeat(10_000)}`,
    ]
  ) {
    assert.equal(parseAgentToken(key), undefined, key.slice(0, 80));
  }
});

Deno.test("who is there: by the locks on this host, by the mesh elsewhere, in scopes that this user reads", () => {
  using host = testHost({ settings: { userId: "alice", mode: "spoke" } });
  const { main } = host;
  const slots = new Set([0, 1]);
  const one = host.session("s1", "a");
  beginSession(one, "project-1", 0);
  beginSession(host.session("s2", "b"), "project-2", 1);
  beginSession(host.session("s3", "c"), "", 2);
  for (const scope of ["mesh", "user/alice", "team/other"]) {
    notePresent(main.store, alive(scope, "far", "d"), main.clock());
  }
  notePresent(main.store, alive("team/other", "hidden", "e"), main.clock());
  // This host's own, as the mesh shows it.
  const own = alive("mesh", "s2", "b");
  notePresent(main.store, { ...own, shown: { ...own.shown, pcId: main.identity.pcId } }, main.clock());
  const list = (peerRuns = true) =>
    agentsNow(main, held(slots, peerRuns)).map(({ session, here, scopes, host, project }) =>
      `${session} ${here} ${host} ${project} ${scopes.join()}`
    );
  assert.deepEqual(list().toSorted(), [
    "far false box p mesh,user/alice",
    "s1 true mbp project-1 mesh,user/alice",
    "s2 true mbp project-2 mesh,user/alice",
  ]);
  assert.equal(list(false).length, 2);
  slots.delete(1);
  noteGone(main.store, "mesh", "far", main.clock());
  assert.deepEqual(list().toSorted(), [
    "far false box p user/alice",
    "s1 true mbp project-1 mesh,user/alice",
  ]);
  endSession(one);
  slots.delete(0);
  assert.equal(list().length, 1);
});

Deno.test("heartbeats end by themselves, tokens when they are not seen again, and both are forgotten", () => {
  using host = testHost({ settings: { mode: "spoke" } });
  const { store, clock } = host.main;
  const list = () => agentsNow(host.main, held(new Set())).map(({ session }) => session).toSorted();
  notePresent(store, alive("mesh", "beat", "a"), clock(), clock() + 90 * SECOND);
  notePresent(store, alive("mesh", "token", "b"), clock());
  assert.deepEqual(list(), ["beat", "token"]);
  clock.advance(91 * SECOND);
  assert.deepEqual(list(), ["token"]);
  const attached = clock();
  notePresent(store, alive("mesh", "new", "c"), clock());
  noteUnseenGone(store, attached, clock());
  assert.deepEqual(list(), ["new"]);
  clock.advance(30 * DAY);
  noteUnseenGone(store, attached, clock());
  const left = store.all("SELECT session FROM presence", [], (row) => String(row.session));
  assert.deepEqual(left, ["new"]);
});

Deno.test("the sender sees who of many has acknowledged, who is there and who has gone", () => {
  using host = testHost({ settings: { teamId: "acme", mode: "spoke" } });
  const { main } = host;
  const slots = new Set([0, 1, 2, 3]);
  const sessions = ["me", "s1", "s2", "s3"].map((name, slot) => {
    const session = host.session(name, name === "me" ? "me" : "agent");
    beginSession(session, "", slot);
    return session;
  });
  const [me, s1, s2] = sessions;
  assert.ok(me !== undefined && s1 !== undefined && s2 !== undefined);
  for (const name of ["far", "farther"]) notePresent(main.store, alive("team/acme", name, "d"), main.clock());
  const around = held(slots);
  const message = send(me, "team:acme", "x", { ttl: DAY });
  assert.deepEqual(views(me, message, around), [
    "far there",
    "farther there",
    "s1 there",
    "s2 there",
    "s3 there",
  ]);
  assert.equal(outcome(me, message, around), "waiting");
  take(s1);
  take(s2);
  acknowledge(s1, message.id);
  arrive(me, messageOf({ id: testId(1) }));
  slots.delete(3);
  noteGone(main.store, "team/acme", "far", main.clock());
  assert.deepEqual(views(me, message, around), [
    "far gone",
    "farther there",
    "s1 acknowledged",
    "s2 shown",
    "s3 gone",
  ]);
  const [agent] = byAgent(recipientsOf(me, findOwn(me, message.id), around));
  assert.deepEqual([agent?.agent, agent?.acknowledged, agent?.sessions.length], ["agent", 1, 3]);
  acknowledge(s2, message.id);
  assert.equal(outcome(me, message, around), "waiting");
  noteGone(main.store, "team/acme", "farther", main.clock());
  assert.equal(outcome(me, message, around), "acknowledged");
  // Whoever had gone before it was sent is none of its recipients.
  const later = send(me, "team:acme", "y");
  assert.deepEqual(views(me, later, around), ["s1 there", "s2 there"]);
});

Deno.test("one session of an agent is enough for it; nobody there and expired are told apart", () => {
  using host = testHost();
  const slots = new Set([0, 1, 2]);
  const [me, s1] = ["me", "s1", "s2"].map((name, slot) => {
    const session = host.session(name, name === "me" ? "me" : "agent");
    beginSession(session, "", slot);
    return session;
  });
  assert.ok(me !== undefined && s1 !== undefined);
  const around = held(slots);
  const toAgent = send(me, "agent:agent", "x", { ttl: MINUTE });
  const toNobody = send(me, "agent:none", "x", { ttl: MINUTE });
  const toOne = send(me, "session:s2", "x", { ttl: MINUTE });
  assert.deepEqual(
    [toAgent, toNobody, toOne].map((message) => outcome(me, message, around)),
    ["waiting", "nobody", "waiting"],
  );
  acknowledge(s1, toAgent.id);
  slots.delete(2);
  assert.deepEqual(
    [toAgent, toNobody, toOne].map((message) => outcome(me, message, around)),
    ["acknowledged", "nobody", "nobody"],
  );
  host.main.clock.advance(MINUTE);
  assert.deepEqual(
    [toAgent, toNobody, toOne].map((message) => outcome(me, message, around)),
    ["acknowledged", "expired", "expired"],
  );
});
