import assert from "node:assert/strict";
import { DAY } from "../../lib/core/clock.ts";
import { MESH, type Scope } from "../../lib/core/scope.ts";
import type { MemoryContext } from "../../lib/memory/context.ts";
import { acknowledge } from "../../lib/messaging/acknowledge.ts";
import { acksOf } from "../../lib/messaging/acks.ts";
import { agentsNow } from "../../lib/messaging/agents.ts";
import { MESSAGES } from "../../lib/messaging/exchange.ts";
import { takeExpired } from "../../lib/messaging/expiry.ts";
import { findOwn } from "../../lib/messaging/find.ts";
import { byAgent, recipientsOf } from "../../lib/messaging/recipients.ts";
import { beginSession } from "../../lib/messaging/sessions.ts";
import { openSlots } from "../../lib/store/slots.ts";
import { tempFolder } from "../support/folder.ts";
import { look, send, take } from "../support/messaging.ts";
import { routerTest, until } from "./support/host.ts";
import { startTestPeer, type TestPeer, untilCaughtUp } from "./support/peers.ts";

/** A session of a host, as an MCP server is one; its agent is its name. */
function session({ memory }: TestPeer, name: string, scopes?: readonly string[]): MemoryContext {
  const { identity, settings } = memory;
  const readable = scopes ?? settings.readable;
  const made = {
    ...memory,
    identity: { ...identity, clientId: name, sessionId: `session-${name}` },
    settings: { ...settings, readable },
  };
  beginSession(made, `project of ${name}`);
  return made;
}

/** What hosts compare of messages, sorted. */
function records({ memory }: TestPeer): string {
  return MESSAGES.digests(memory.store, "mesh", "").map(({ kind, id, hash }) => `${kind}${id} ${hash}`).sort()
    .join();
}

routerTest("a message goes from spoke to spoke through the hub, and its acknowledgement back", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  await using one = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await using two = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await untilCaughtUp(one, two);
  const [alice, bob] = [session(one, "alice"), session(two, "bob")];
  const message = send(alice, "agent:bob", "hello");
  await until("it arrives", () => look(bob).mail.length > 0);
  assert.deepEqual(take(bob), ["hello"]);
  acknowledge(bob, message.id);
  await until("the acknowledgement arrives", () => acksOf(alice.store, message.id, "mesh").length > 0);
  await until("nothing waits", () => [one, two].every(({ peer }) => peer.status().outbox.waiting === 0));
  await until("all have the same", () => new Set([hub, one, two].map(records)).size === 1);
});

routerTest(
  "what is sent while the recipient's host is down arrives when it returns, unless it has expired",
  async () => {
    await using hub = await startTestPeer({ role: "hub" });
    await using one = await startTestPeer({ role: "spoke", connect: hub.endpoint });
    using folder = tempFolder();
    const away = await startTestPeer({ role: "spoke", connect: hub.endpoint, folder });
    await untilCaughtUp(one, away);
    session(away, "bob");
    await away.stop();
    const alice = session(one, "alice");
    send(alice, "agent:bob", "stays");
    const short = send(alice, "agent:bob", "too short", { ttl: 1 });
    await until(
      "it has expired",
      () => takeExpired(alice) > 0 || findOwn(alice, short.id).message.purgedAt !== undefined,
    );
    await until("all is out", () => one.peer.status().outbox.waiting === 0);
    await using back = await startTestPeer({ role: "spoke", connect: hub.endpoint, folder });
    // Its session is another one now.
    const later = {
      ...back.memory,
      identity: { ...back.memory.identity, clientId: "bob", sessionId: "later" },
    };
    beginSession(later, "");
    await until("it arrives", () => look(later).mail.length > 0);
    assert.deepEqual(take(later), ["stays"]);
    await until("the stub arrives", () => records(back) === records(one));
    assert.ok(
      !JSON.stringify(MESSAGES.outgoing(back.memory.store, "message", short.id, "mesh")).includes(
        "too short",
      ),
    );
  },
);

routerTest("when a message expires, its content leaves the hub's storage too", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  await using one = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await untilCaughtUp(one);
  const alice = session(one, "alice");
  const message = send(alice, "mesh", "secret content", { ttl: 1_500_000 });
  const stored = () => MESSAGES.outgoing(hub.memory.store, "message", message.id, "mesh")?.payload ?? "";
  await until("the hub has it", () => stored().includes("secret content"));
  await until("it has gone out", () => one.peer.status().outbox.waiting === 0);
  await until("it has expired", () => takeExpired(alice) > 0);
  await until("the stub is confirmed", () => one.peer.status().outbox.waiting === 0);
  // A new host gets it from the storage alone.
  await until("the hub has the stub", () => stored().startsWith('{"purged_at"'));
  await using two = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await untilCaughtUp(two);
  const there = MESSAGES.outgoing(two.memory.store, "message", message.id, "mesh")?.payload ?? "";
  assert.ok(there.startsWith('{"purged_at"'), there);
});

routerTest(
  "sessions are seen on other hosts in the scopes they share, and are gone when they are killed",
  async () => {
    const scopes: Scope[] = [MESH, { tier: "team", id: "acme" }];
    await using hub = await startTestPeer({ role: "hub", scopes, pcId: "a".repeat(32) });
    await using one = await startTestPeer({
      role: "spoke",
      connect: hub.endpoint,
      scopes,
      pcId: "b".repeat(32),
    });
    await using two = await startTestPeer({
      role: "spoke",
      connect: hub.endpoint,
      scopes,
      pcId: "c".repeat(32),
    });
    await untilCaughtUp(one, two);
    const bob = session(two, "bob");
    const slots = openSlots(two.folder.at("sessions"), true);
    beginSession(bob, "project of bob", slots.own);
    const seenFrom = ({ memory }: TestPeer) => {
      const around = { isHeld: () => false, peerRuns: () => true, hostName: "x" };
      return agentsNow(memory, around).map(({ session, project, scopes }) =>
        `${session}, ${project}: ${scopes.join()}`
      );
    };
    const expected = ["session-bob, project of bob: team/acme"];
    await until(
      "the others see it",
      () => [hub, one].every((host) => seenFrom(host).join() === expected.join()),
      20_000,
    );
    const alice = session(one, "alice");
    const message = send(alice, "team:acme", "who is there?", { ttl: DAY });
    const view = () =>
      byAgent(recipientsOf(alice, findOwn(alice, message.id), {
        isHeld: () => false,
        peerRuns: () => true,
        hostName: "one",
      })).flatMap(({ sessions }) => sessions.map(({ session, state }) => `${session} ${state}`)).join();
    assert.equal(view(), "session-bob there");
    // As the system does when a process is killed.
    slots[Symbol.dispose]();
    await until("it is gone", () => view() === "session-bob gone", 15_000);
    assert.deepEqual([hub, one].map(seenFrom), [[], []]);
  },
);
