import assert from "node:assert/strict";
import { DAY } from "../../../lib/core/clock.ts";
import { MESH, scopeLabel } from "../../../lib/core/scope.ts";
import { deleteRecords, deletionNotice } from "../../../lib/memory/delete.ts";
import { findMemory } from "../../../lib/memory/find.ts";
import { findHostPurge, purgeHost } from "../../../lib/memory/host_purge.ts";
import { ingest } from "../../../lib/memory/ingest.ts";
import type { Observation } from "../../../lib/memory/observation.ts";
import { outgoingRecord } from "../../../lib/memory/outgoing.ts";
import { dropBody, findRecord } from "../../../lib/memory/records.ts";
import { type NewMemory, saveMemory } from "../../../lib/memory/save.ts";
import { searchMemories } from "../../../lib/memory/search/search.ts";
import { isQueued } from "../../../lib/store/outbox.ts";
import { publishRevocation, signRevocation, trustAuthorities } from "../../../lib/trust/publish.ts";
import { keepVerdict } from "../../../lib/trust/verdicts.ts";
import { CERTIFICATES } from "../../../lib/trust/space.ts";
import { newAuthority } from "../../support/handmade_certificates.ts";
import { at, TEST_TIME, testClock } from "../../support/clock.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { authoritySign, newHost, type TestHost } from "../../support/trust.ts";

const NOW = at(TEST_TIME);
const authority = await newAuthority();
const [ours, thief] = await Promise.all([
  newHost(authority, { host: "a1".repeat(16), user: "alice" }),
  newHost(authority, { host: "e1".repeat(16), user: "eve" }),
]);

function host(own: TestHost, seed: number): TestContext {
  const context = testContext({
    seed,
    clock: testClock(TEST_TIME),
    identity: { pcId: own.signer.host },
    settings: { mode: "spoke", signatures: "mark" },
    signer: own.signer,
  });
  trustAuthorities(context.store, authority.pem, NOW);
  for (const { record } of [ours, thief]) {
    context.store.write(() => CERTIFICATES.ingest(context.store, record, { now: NOW, republish: false }));
  }
  return context;
}

function save(context: TestContext, content: string, more: Partial<NewMemory> = {}): Observation {
  context.clock.advance(1000);
  return saveMemory(context, {
    content,
    subject: content,
    summary: content,
    project: "",
    tags: ["t"],
    memoryType: "decision",
    importance: 4,
    sourceFiles: [],
    references: ["#1"],
    supersedes: [],
    visibility: undefined,
    expiresAt: undefined,
    allowSecret: false,
    ...more,
  }).observation;
}

/** Brings what one host has of a record to another. */
function bring(from: TestContext, to: TestContext, ...records: readonly Observation[]): void {
  for (const { id } of records) {
    for (const kind of ["tombstone", "observation"] as const) {
      const found = outgoingRecord(from.store, kind, id, "mesh");
      if (found === undefined) continue;
      to.store.write(() => ingest(to.store, found, { now: to.clock(), republish: false }));
    }
  }
}

function remove(context: TestContext, { id }: Observation): void {
  context.clock.advance(1000);
  const stored = findRecord(context.store, id, MESH);
  assert.ok(stored);
  deleteRecords(context, [stored], "gone");
}

function contents(context: TestContext): string[] {
  const request = {
    query: "",
    mode: undefined,
    filters: {},
    limit: 100,
    includeSuperseded: false,
    cursor: undefined,
  };
  return searchMemories(context, request).hits.map(({ stored }) => stored.observation.content).sort();
}

Deno.test("what a host wrote since a time goes, and what it deleted comes back as this host's", async () => {
  using here = host(ours, 1);
  using there = host(thief, 2);
  const kept = save(here, "kept");
  const base = save(here, "base");
  const lost = save(here, "lost", { supersedes: [base.id], expiresAt: NOW + 400 * DAY });
  const replaced = save(here, "replaced");
  const successor = save(here, "successor", { supersedes: [replaced.id] });
  const bodiless = save(here, "bodiless");
  const ownDeleted = save(here, "deleted by us");
  const before = save(there, "before");
  const beforeLost = save(there, "before and lost");
  bring(here, there, kept, base, lost, replaced, successor, bodiless, ownDeleted);
  bring(there, here, before, beforeLost);
  remove(here, ownDeleted);
  for (const context of [here, there]) context.clock.advance(DAY);
  const since = NOW + DAY / 2;
  const bad = save(there, "bad");
  const hiding = save(there, "hiding", { supersedes: [kept.id] });
  const badLost = save(there, "bad and lost");
  const all = [lost, base, replaced, bodiless, beforeLost, badLost];
  for (const one of all) remove(there, one);
  assert.match(deletionNotice(there, lost.id) ?? "", /another user's/);
  assert.equal(deletionNotice(there, beforeLost.id), undefined);
  bring(there, here, bad, hiding, ...all);
  const stored = findRecord(here.store, bodiless.id, MESH);
  assert.ok(stored);
  here.store.write(() => dropBody(here.store, stored));
  assert.deepEqual(contents(here), ["bad", "before", "hiding", "successor"]);

  // A text whose signature does not fit would be signed as this host's own.
  const tampered = save(here, "tampered");
  bring(here, there, tampered);
  remove(there, tampered);
  bring(there, here, tampered);
  keepVerdict(here.store, "o", tampered.id, "mesh", { state: "failed", certificate: "", seenAt: NOW });

  const found = findHostPurge(here, thief.signer.host, since);
  assert.deepEqual(
    { ...found, restorable: found.restorable.map(({ observation }) => observation.content).sort() },
    {
      host: thief.signer.host,
      since,
      written: 2,
      // What is replaced stays so, what it had written since goes for good.
      restorable: ["base", "before and lost", "lost"],
      withoutText: 1,
      unsigned: 0,
      backdated: 0,
      admitted: true,
    },
  );
  const { serial, cn } = thief.granted;
  const revocation = await signRevocation(
    authority.pem,
    { serial, cn, at: here.clock() },
    authoritySign(authority),
  );
  publishRevocation(here.store, revocation, here.clock());
  assert.equal(findHostPurge(here, thief.signer.host, since).admitted, false);
  assert.deepEqual(purgeHost(here, found, "a thief", 2, () => {}), { deleted: 2, restored: 3 });
  // "base" is superseded by what was restored with it.
  assert.deepEqual(contents(here), ["before", "before and lost", "kept", "lost", "successor"]);
  const [copy] = searchMemories(here, {
    query: '"lost" reference:x',
    mode: undefined,
    filters: { references: [`restored:${lost.id}`] },
    limit: 5,
    includeSuperseded: true,
    cursor: undefined,
  }).hits.map(({ stored }) => stored.observation);
  assert.ok(copy);
  assert.notEqual(copy.id, lost.id);
  assert.deepEqual([copy.author.pcId, copy.createdAt, copy.expiresAt, copy.tags], [
    ours.signer.host,
    lost.createdAt,
    lost.expiresAt,
    ["t"],
  ]);
  assert.ok(isQueued(here.store, "observation", copy.id, scopeLabel(MESH)));
  assert.match(copy.payload, /^\{"_sig": "1\./);
  assert.equal(findMemory(here, lost.id).state, "tombstoned");
  // Doing it again finds nothing more to do.
  const again = findHostPurge(here, thief.signer.host, since);
  assert.deepEqual([again.written, again.restorable], [0, []]);
});

Deno.test("what nobody signed, and what claims to be older, is counted and stays", () => {
  using here = host(ours, 3);
  using there = host(thief, 4);
  const [one, two] = [save(here, "one"), save(here, "two")];
  for (const context of [here, there]) context.clock.advance(DAY);
  const since = NOW + DAY / 2;
  // Its clock is set back.
  there.clock.set("2026-02-01T00:00:00Z");
  const old = save(there, "said to be old");
  bring(here, there, one, two);
  remove(there, one);
  there.clock.set("2026-03-03T00:00:00Z");
  const plain: TestContext = { ...there, signer: undefined };
  remove(plain, two);
  bring(there, here, old, one, two);
  const found = findHostPurge(here, thief.signer.host, since);
  assert.deepEqual([found.written, found.restorable.length, found.unsigned, found.backdated], [0, 0, 1, 2]);
  assert.deepEqual(contents(here), ["said to be old"]);
  // Nothing that a host with another id did.
  const other = findHostPurge(here, "0".repeat(32), 0);
  assert.deepEqual([other.written, other.restorable.length, other.admitted], [0, 0, false]);
});
