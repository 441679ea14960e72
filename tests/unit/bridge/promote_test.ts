import assert from "node:assert/strict";
import { promoteMessage, type Promotion } from "../../../lib/bridge/promote.ts";
import { DAY, MINUTE } from "../../../lib/core/clock.ts";
import { Failure, UsageError } from "../../../lib/core/errors.ts";
import type { Scope } from "../../../lib/core/scope.ts";
import type { MemoryContext } from "../../../lib/memory/context.ts";
import { deleteMemory } from "../../../lib/memory/delete.ts";
import { findMemory } from "../../../lib/memory/find.ts";
import { ingest } from "../../../lib/memory/ingest.ts";
import { formatObservation } from "../../../lib/memory/observation.ts";
import { outgoingRecord } from "../../../lib/memory/outgoing.ts";
import { saveMemory } from "../../../lib/memory/save.ts";
import { takeExpired } from "../../../lib/messaging/expiry.ts";
import { trustAuthorities } from "../../../lib/trust/publish.ts";
import { CERTIFICATES } from "../../../lib/trust/space.ts";
import { keptVerdict } from "../../../lib/trust/verdicts.ts";
import { newAuthority } from "../../support/handmade_certificates.ts";
import { type ContextParts, type TestContext, testContext } from "../../support/context.ts";
import { arrive, messageOf, send, testHost } from "../../support/messaging.ts";
import { testId } from "../../support/observations.ts";
import { seededNumbers } from "../../support/random.ts";
import { newHost } from "../../support/trust.ts";

const TEAM: Scope = { tier: "team", id: "acme" };
const BODY = "Main is red.\nThe fix: pin the compiler. Then run it again.";

/** What a person gives who gives nothing. */
function promote(context: MemoryContext, id: string, more: Partial<Promotion> = {}) {
  const usual: Promotion = { subject: undefined, project: "", memoryType: "note", allowSecret: false };
  return promoteMessage(context, id, { ...usual, ...more });
}

/** A host of the mesh with a message of another's for its agent. */
function host(n: number, parts: ContextParts = {}): TestContext {
  const context = testContext({
    seed: n,
    identity: { pcId: `${n}`.repeat(32), sessionId: `session-${n}` },
    settings: { mode: "spoke", teamId: "acme" },
    ...parts,
  });
  arrive(context, message());
  return context;
}

function message(more: Partial<Parameters<typeof messageOf>[0]> = {}): ReturnType<typeof messageOf> {
  const target = { kind: "agent", id: "alice@mbp" } as const;
  return messageOf({ id: testId(1), scope: TEAM, target, body: BODY, correlation: testId(2), ...more });
}

/** Gives a host all memories of another. */
function pass(from: MemoryContext, to: MemoryContext, id: string): void {
  const record = outgoingRecord(from.store, "observation", id, "team/acme");
  assert.ok(record !== undefined);
  to.store.write(() => ingest(to.store, record, { now: to.clock(), republish: false }));
}

function live(context: MemoryContext): string[] {
  const sql = "SELECT id FROM observation WHERE state = 0";
  return context.store.all(sql, [], ({ id }) => String(id));
}

Deno.test("a message becomes a memory that says where it is from, in its scope, once", () => {
  using context = host(1);
  const { observation, again } = promote(context, testId(1), { project: "demo", memoryType: "bug" });
  assert.equal(again, false);
  const { content, subject, summary, project, memoryType, importance, tags, references, scope } = observation;
  assert.deepEqual([content, subject, project, memoryType, importance], [
    BODY,
    "Main is red.",
    "demo",
    "bug",
    2,
  ]);
  assert.equal(summary, "Main is red.");
  assert.deepEqual(tags, ["messaging-promoted", "sender:bob@box", "scope:team/acme"]);
  assert.deepEqual(references, [`msg_id:${testId(1)}`, `correlation_id:${testId(2)}`]);
  assert.deepEqual(scope, TEAM);
  const second = promote(context, testId(1), { subject: "another" });
  assert.deepEqual([second.again, second.observation.payload], [true, observation.payload]);
  assert.deepEqual(live(context), [observation.id]);
  const waiting = context.store.all(
    "SELECT kind, scope FROM outbox",
    [],
    ({ kind, scope }) => `${kind} ${scope}`,
  );
  assert.deepEqual(waiting, ["observation team/acme"]);
});

Deno.test("hosts that promote without knowing of each other make one record", () => {
  using one = host(1);
  using two = host(2);
  const [first, second] = [one, two].map((context) => promote(context, testId(1)).observation.id);
  assert.equal(first, second);
  assert.ok(first !== undefined);
  pass(one, two, first);
  pass(two, one, first);
  const [a, b] = [one, two].map((context) => findMemory(context, first).stored.observation.payload);
  assert.equal(a, b);
  // The same message to others in another scope is another one.
  const elsewhere = message({ id: testId(3), scope: { tier: "mesh", id: "" } });
  arrive(one, elsewhere);
  assert.notEqual(promote(one, testId(3)).observation.id, first);
});

Deno.test("a host that signs makes a signed memory, once, and takes over another's", async () => {
  const authority = await newAuthority();
  const [laptop, desktop] = await Promise.all([
    newHost(authority, { host: "a1".repeat(16), user: "alice", teams: ["acme"] }),
    newHost(authority, { host: "a2".repeat(16), user: "alice", teams: ["acme"] }),
  ]);
  const signing = (n: number, own: typeof laptop) => {
    const context = host(n, { signer: own.signer, identity: { pcId: own.signer.host, sessionId: `s${n}` } });
    trustAuthorities(context.store, authority.pem, context.clock());
    for (const { record } of [laptop, desktop]) {
      context.store.write(() =>
        CERTIFICATES.ingest(context.store, record, { now: context.clock(), republish: false })
      );
    }
    return context;
  };
  using one = signing(1, laptop);
  using two = signing(2, desktop);
  const { id } = promote(one, testId(1)).observation;
  assert.equal(keptVerdict(one.store, "o", id, "team/acme")?.state, "verified");
  assert.equal(promote(one, testId(1)).again, true);
  pass(one, two, id);
  const there = promote(two, testId(1));
  assert.deepEqual([there.again, there.observation.id], [true, id]);
  deleteMemory(one, id, "");
  assert.throws(() => promote(one, testId(1)), /was deleted/);
});

Deno.test("what was deleted is not made again, and nobody else's record is taken for it", () => {
  using context = host(1);
  const { id } = promote(context, testId(1)).observation;
  deleteMemory(context, id, "");
  assert.throws(
    () => promote(context, testId(1)),
    (error) => error instanceof Failure && /was deleted/.test(error.message),
  );
  // One that only says so.
  using other = host(2);
  const claim = {
    content: "forged",
    subject: "s",
    summary: "s",
    project: "",
    memoryType: "note",
    importance: 2,
  } as const;
  const lists = {
    tags: ["messaging-promoted"],
    references: [`msg_id:${testId(1)}`],
    sourceFiles: [],
    supersedes: [],
    expiresAt: undefined,
  };
  saveMemory(other, { ...claim, ...lists, visibility: "team", allowSecret: false });
  assert.equal(promote(other, testId(1)).observation.content, BODY);
  // One that has its id.
  using third = host(3);
  const author = { agentFamily: "x", clientId: "eve", pcId: "e".repeat(32), sessionId: "s" };
  const payload = formatObservation({ ...claim, ...lists, id, scope: TEAM, author, createdAt: 1 });
  const key = `mem/team/acme/obs/x/eve/${author.pcId}/s/${id}`;
  third.store.write(() => ingest(third.store, { key, payload }, { now: third.clock(), republish: false }));
  assert.throws(() => promote(third, testId(1)), /another memory has its id/);
});

Deno.test("only what is one's own, not expired, not empty and without a secret is promoted", () => {
  using hostOfTwo = testHost();
  const [alice, bob, eve] = ["alice", "bob", "eve"].map((name) => hostOfTwo.session(name));
  assert.ok(alice !== undefined && bob !== undefined && eve !== undefined);
  const next = seededNumbers(7);
  const key = ["ghp", Array.from({ length: 36 }, () => Math.floor(next() * 36).toString(36)).join("")].join(
    "_",
  );
  const secret = send(alice, "agent:bob", `the key is ${key}`);
  assert.throws(
    () => promote(bob, secret.id),
    (error) => error instanceof UsageError && !error.message.includes(key),
  );
  assert.equal(promote(bob, secret.id, { allowSecret: true }).again, false);
  assert.throws(() => promote(eve, secret.id), /neither from you nor for you/);
  const short = send(alice, "agent:bob", "soon gone", { ttl: MINUTE });
  assert.equal(
    promote(alice, send(alice, "agent:bob", "mine", { subject: "why" }).id).observation.subject,
    "why",
  );
  hostOfTwo.main.clock.advance(DAY);
  assert.throws(() => promote(bob, short.id), /has expired/);
  takeExpired(bob);
  assert.throws(() => promote(bob, short.id), /has expired/);
});
