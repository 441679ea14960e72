import { newMemory } from "../../support/new_memory.ts";
import assert from "node:assert/strict";
import { MESH, type Scope, scopeLabel } from "../../../lib/core/scope.ts";
import { backfill, scanForBackfill } from "../../../lib/memory/backfill.ts";
import type { MemoryContext } from "../../../lib/memory/context.ts";
import { deleteMemory } from "../../../lib/memory/delete.ts";
import { digests } from "../../../lib/memory/digests.ts";
import { ingest, ingestDelete, isKnown } from "../../../lib/memory/ingest.ts";
import { outgoing, outgoingRecord } from "../../../lib/memory/outgoing.ts";
import { purgeRecords } from "../../../lib/memory/purge.ts";
import { recheck } from "../../../lib/memory/recheck.ts";
import { findRecord, type StoredObservation } from "../../../lib/memory/records.ts";
import { type NewMemory, saveMemory } from "../../../lib/memory/save.ts";
import { formatTombstone } from "../../../lib/memory/tombstone.ts";
import type { Arrival } from "../../../lib/store/exchange.ts";
import { listQuarantine } from "../../../lib/store/quarantine.ts";
import { signPayload } from "../../../lib/trust/signature.ts";
import { newOwnId, withNonce } from "../../../lib/trust/own_id.ts";
import { signRevocation, trustAuthorities } from "../../../lib/trust/publish.ts";
import { CERTIFICATES } from "../../../lib/trust/space.ts";
import { keptVerdict } from "../../../lib/trust/verdicts.ts";
import { newAuthority } from "../../support/handmade_certificates.ts";
import { at, TEST_TIME } from "../../support/clock.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { seededRandom } from "../../support/random.ts";
import { authoritySign, newHost, type TestHost } from "../../support/trust.ts";

const NOW = at(TEST_TIME);
const TEAM: Scope = { tier: "team", id: "acme" };
const ALICE: Scope = { tier: "user", id: "alice" };
const authority = await newAuthority();
const [laptop, desktop, bob, stranger] = await Promise.all([
  newHost(authority, { host: "a1".repeat(16), user: "alice", teams: ["acme"] }),
  newHost(authority, { host: "a2".repeat(16), user: "alice", teams: ["acme"] }),
  newHost(authority, { host: "b1".repeat(16), user: "bob", teams: ["acme"] }),
  newHost(authority, { host: "e1".repeat(16), user: "eve", teams: [] }),
]);

let contexts = 0;

/** A host of the mesh that trusts the authority and knows these certificates. */
function host(
  own: TestHost | undefined,
  known: readonly TestHost[] = [laptop, desktop, bob, stranger],
): TestContext {
  const context = testContext({
    // Each makes ids of its own.
    seed: ++contexts,
    identity: own === undefined ? {} : { pcId: own.signer.host },
    settings: {
      mode: "spoke",
      userId: own?.granted.user,
      teamId: own?.granted.teams[0],
      readable: ["mesh", "team/acme", "user/alice", "user/bob"],
      declared: ["mesh", "team/acme", "user/alice", "user/bob"],
      signatures: "mark",
    },
    signer: own?.signer,
  });
  trustAuthorities(context.store, authority.pem, NOW);
  for (const one of known) learn(context, one.record);
  return context;
}

function learn({ store }: MemoryContext, arrival: Arrival): void {
  store.write(() => CERTIFICATES.ingest(store, arrival, { now: NOW, republish: false }));
}

function memory(content: string, scope: Scope = MESH): NewMemory {
  return newMemory({ content, subject: "a subject", summary: "a summary", visibility: scope.tier });
}

/** What a host sends of a record that it has. */
function sent(context: MemoryContext, kind: "observation" | "tombstone", id: string, scope: Scope): Arrival {
  const found = outgoingRecord(context.store, kind, id, scopeLabel(scope));
  assert.ok(found, `${kind} ${id}`);
  return found;
}

/** A record that a host saves, as it is sent. */
function saved(by: TestHost, content: string, scope: Scope = MESH): Arrival & { readonly id: string } {
  using context = host(by);
  const { id } = saveMemory(context, memory(content, scope)).observation;
  return { ...sent(context, "observation", id, scope), id };
}

type Policy = "mark" | "refuse";

function take({ store }: MemoryContext, arrival: Arrival, policy: Policy = "mark", now = NOW): string {
  const how = { now, republish: true, refuseUnproven: policy === "refuse" };
  return store.write(() => ingest(store, arrival, how));
}

function stateOf({ store }: MemoryContext, id: string, scope: Scope = MESH, kind: "o" | "t" = "o"): string {
  return keptVerdict(store, kind, id, scopeLabel(scope))?.state ?? "unsigned";
}

function stored({ store }: MemoryContext, id: string, scope: Scope = MESH): StoredObservation {
  const found = findRecord(store, id, scope);
  assert.ok(found, id);
  return found;
}

Deno.test("what a host saves, completes, deletes and erases is signed, and others find it verified", () => {
  for (const scope of [MESH, TEAM, ALICE]) {
    using author = host(laptop);
    using other = host(bob);
    const { observation } = saveMemory(author, { ...memory("one", scope), subject: "" });
    assert.match(
      observation.payload,
      /^\{"_sig": "1\.[0-9a-f]{32}\.[\w-]{86}", "_nonce": "[0-9a-f]{16}", "content"/,
    );
    assert.equal(stateOf(author, observation.id, scope), "verified");
    const [plan] = scanForBackfill(author, undefined).plans;
    assert.ok(plan);
    const completed = backfill(author, plan);
    for (const { id } of [observation, completed]) {
      assert.equal(take(other, sent(author, "observation", id, scope), "refuse"), "added");
      assert.equal(stateOf(other, id, scope), "verified");
    }
    deleteMemory(author, completed.id, "wrong");
    assert.equal(take(other, sent(author, "tombstone", completed.id, scope), "refuse"), "deleted");
    assert.equal(stateOf(other, completed.id, scope, "t"), "verified");
    purgeRecords(author, [stored(author, observation.id, scope)]);
    const stub = sent(author, "observation", observation.id, scope);
    assert.match(stub.payload, /^\{"_sig": "[^"]+", "_nonce": "[^"]+", "purged_at": /);
    assert.equal(take(other, stub, "refuse"), "replaced");
    assert.equal(stored(other, observation.id, scope).state, "purged");
    assert.equal(stateOf(other, observation.id, scope), "verified");
    assert.deepEqual(listQuarantine(other.store, 10), []);
  }
});

Deno.test("a host without certificate, and a scope that it does not grant, stay unsigned", () => {
  using nobody = host(undefined);
  const plain = saveMemory(nobody, memory("one")).observation;
  assert.match(plain.payload, /^\{"content": /);
  assert.equal(stateOf(nobody, plain.id), "unsigned");
  using eve = host(stranger);
  const settings = { ...eve.settings, teamId: "acme" };
  const outside = saveMemory({ ...eve, settings }, memory("two", TEAM)).observation;
  assert.match(outside.payload, /^\{"content": /);
});

Deno.test("attacks on a record are told from the record, and none takes its place", () => {
  const good = saved(laptop, "what alice said");
  const { key, payload, id } = good;
  const unsigned = payload.replace(/^\{.*?"content"/, '{"content"');
  const squatted = { ...newOwnId(stranger.signer.host, seededRandom(1)), id };
  const theirKey = key.replace(laptop.signer.host, stranger.signer.host);
  const theirs = withNonce(unsigned.replace(laptop.signer.host, stranger.signer.host), squatted.nonce);
  const asBob = signPayload(bob.signer, key, withNonce(unsigned, "0".repeat(16)));
  const ofTeam = key.replace("mem/mesh", "mem/team/acme");
  const asTeam = unsigned.replace(
    '"visibility": "mesh", "scope_id": ""',
    '"visibility": "team", "scope_id": "acme"',
  );
  /** What comes of it under `mark`, and the reason under which it is set aside there or under `refuse`. */
  const attacks: readonly (readonly [what: string, arrival: Arrival, mark: string, reason: RegExp])[] = [
    ["tampered", { key, payload: payload.replace("alice said", "alice sold") }, "failed", /does not fit/],
    ["without its signature", { key, payload: unsigned }, "unsigned", /none, and this host refuses/],
    ["forged pc_id", { key, payload: asBob }, "forged", /signed by the host b1.*says that it is of a1/],
    [
      "another's certificate",
      { key, payload: payload.replace(laptop.signer.certificate, bob.signer.certificate) },
      "failed",
      /does not fit/,
    ],
    [
      "unknown certificate",
      { key, payload: payload.replace(laptop.signer.certificate, "0".repeat(32)) },
      "unknown",
      /0{32} is not known/,
    ],
    [
      "an id that is another's",
      { key: theirKey, payload: signPayload(stranger.signer, theirKey, theirs) },
      "forged",
      /its id is none that/,
    ],
    [
      "a team that is not the signer's",
      {
        key: ofTeam.replace(laptop.signer.host, stranger.signer.host),
        payload: signPayload(
          stranger.signer,
          ofTeam.replace(laptop.signer.host, stranger.signer.host),
          asTeam.replace(laptop.signer.host, stranger.signer.host),
        ),
      },
      "forged",
      /does not grant team\/acme/,
    ],
    [
      "moved to another scope",
      { key: ofTeam, payload: payload.replace('"visibility": "mesh"', '"visibility": ""') },
      "failed",
      /does not fit/,
    ],
    [
      "of a later version",
      { key, payload: payload.replace('"1.', '"2.') },
      "unknown",
      /version that this program does not know/,
    ],
  ];
  for (const [what, arrival, mark, reason] of attacks) {
    const scope = arrival.key.startsWith("mem/team") ? TEAM : MESH;
    // Alone, under either policy.
    using marking = host(desktop);
    const forged = mark === "forged";
    assert.equal(take(marking, arrival), forged ? "quarantined" : "added", what);
    if (!forged) assert.equal(stateOf(marking, id, scope), mark, what);
    using refusing = host(desktop);
    assert.equal(take(refusing, arrival, "refuse"), "quarantined", what);
    assert.match(listQuarantine(refusing.store, 1)[0]?.reason ?? "", reason, what);
    assert.equal(findRecord(refusing.store, id, scope), undefined, what);
    assert.ok(isKnown(refusing.store, arrival), "it is not judged every time it comes");
    // Beside the record, in both orders.
    for (const order of [[good, arrival], [arrival, good]]) {
      using context = host(desktop);
      for (const one of order) take(context, one);
      assert.equal(stored(context, id).observation.payload, payload, what);
      assert.equal(stateOf(context, id), "verified", what);
      // Who sees it come in the record's place puts that again.
      const again = outgoing(context.store, outgoingRecord, ["mesh"], 0, 10).records.map((one) =>
        one.payload
      );
      assert.deepEqual(again, order[1] === arrival && arrival.key === key ? [payload] : [], what);
    }
  }
});

Deno.test("who holds a forgery in a record's place is given the record, however often the forgery comes", () => {
  const good = saved(laptop, "what alice said");
  const forgery = { key: good.key, payload: good.payload.replace("alice said", "alice sold") };
  for (const policy of ["mark", "refuse"] as const) {
    using context = host(desktop);
    take(context, good, policy);
    for (let n = 0; n < 3; n++) {
      assert.equal(isKnown(context.store, forgery), false, `${policy}: ${n}`);
      take(context, forgery, policy);
      const waiting = outgoing(context.store, outgoingRecord, ["mesh"], 0, 10).records;
      assert.deepEqual(waiting.map(({ payload }) => payload), [good.payload], `${policy}: ${n}`);
      context.store.run("DELETE FROM outbox");
    }
  }
});

Deno.test("an old record that comes again changes nothing and brings nothing back", () => {
  for (const policy of ["mark", "refuse"] as const) {
    using context = host(desktop);
    using author = host(laptop);
    const { id } = saveMemory(author, memory("one")).observation;
    const record = sent(author, "observation", id, MESH);
    take(context, record, policy);
    assert.equal(take(context, record, policy), "known");
    deleteMemory(author, id, "");
    const tombstone = sent(author, "tombstone", id, MESH);
    take(context, tombstone, policy);
    assert.equal(take(context, record, policy), "known");
    assert.equal(stored(context, id).state, "tombstoned");
    purgeRecords(author, [stored(author, id)]);
    take(context, sent(author, "observation", id, MESH), policy);
    assert.equal(take(context, record, policy), "conflict");
    assert.equal(stored(context, id).observation.content, "");
    // Other hosts are shown the stub beside the tombstone, so that it goes everywhere.
    assert.deepEqual(digests(context.store, "mesh", id).map(({ kind }) => kind).sort(), ["o", "t"]);
  }
});

Deno.test("who may delete and erase: the author's host and user; others are marked, or refused", () => {
  const cases: readonly (readonly [by: TestHost, scope: Scope, state: string, erases: boolean])[] = [
    [laptop, MESH, "verified", true],
    [desktop, MESH, "verified", true],
    [desktop, TEAM, "verified", true],
    [desktop, ALICE, "verified", true],
    [bob, MESH, "foreign", false],
    [bob, TEAM, "foreign", false],
    [stranger, MESH, "foreign", false],
  ];
  for (const [by, scope, state, erases] of cases) {
    const what = `${by.granted.cn} in ${scopeLabel(scope)}`;
    const record = saved(laptop, "one", scope);
    using deleter = host(by);
    take(deleter, record);
    deleteMemory(
      { ...deleter, settings: { ...deleter.settings, readable: [scopeLabel(scope)] } },
      record.id,
      "",
    );
    const tombstone = sent(deleter, "tombstone", record.id, scope);
    for (const policy of ["mark", "refuse"] as const) {
      using context = host(desktop);
      take(context, record, policy);
      const acts = policy === "mark" || state === "verified";
      assert.equal(take(context, tombstone, policy), acts ? "deleted" : "quarantined", what);
      assert.equal(stored(context, record.id, scope).state, acts ? "tombstoned" : "live", what);
      if (acts) assert.equal(stateOf(context, record.id, scope, "t"), state, what);
      else {assert.match(
          listQuarantine(context.store, 1)[0]?.reason ?? "",
          /only the hosts of its author's user/,
        );}
    }
    using eraser = host(by);
    take(eraser, record);
    const purge = () => purgeRecords(eraser, [stored(eraser, record.id, scope)]);
    if (erases) purge();
    else assert.throws(purge, /Cannot erase .* it is signed by the host a1/, what);
    assert.equal(stored(eraser, record.id, scope).observation.content, erases ? "" : "one", what);
  }
});

Deno.test("a deletion under the deleter's own name, or without proof of whose the record is, is foreign", () => {
  const record = saved(laptop, "one");
  const bare = formatTombstone(record.id, "", NOW).payload;
  const nonce = /"_nonce": "(\w+)"/.exec(record.payload)?.[1] ?? "";
  const key = record.key.replace("/obs/", "/tomb/");
  const own = key.replace(laptop.signer.host, stranger.signer.host);
  const attacks: readonly Arrival[] = [
    { key: own, payload: signPayload(stranger.signer, own, bare) },
    { key: own, payload: signPayload(stranger.signer, own, withNonce(bare, nonce)) },
    { key, payload: signPayload(laptop.signer, key, bare) },
    { key, payload: signPayload(bob.signer, key, withNonce(bare, nonce)) },
  ];
  for (const attack of attacks) {
    // Also where the record is not here yet, so that nobody knows better.
    for (const order of [[record, attack], [attack, record]]) {
      using context = host(desktop);
      for (const one of order) take(context, one, "refuse");
      assert.equal(stored(context, record.id).state, "live");
    }
    using marking = host(desktop);
    for (const one of [record, attack]) take(marking, one);
    assert.equal(stateOf(marking, record.id, MESH, "t"), "foreign");
  }
  const signed = signPayload(laptop.signer, key, withNonce(bare, nonce));
  using context = host(desktop);
  assert.equal(take(context, { key, payload: signed }, "refuse"), "deleted");
});

Deno.test("records of before there were certificates can be deleted by their author's user, also under refuse", () => {
  using before = host(undefined, []);
  const old = saveMemory(
    { ...before, identity: { ...before.identity, pcId: laptop.signer.host } },
    memory("old"),
  );
  const record = sent(before, "observation", old.observation.id, MESH);
  for (const [by, acts] of [[laptop, true], [desktop, true], [bob, false]] as const) {
    using deleter = host(by);
    take(deleter, record);
    deleteMemory(deleter, old.observation.id, "");
    using context = host(stranger);
    take(context, record);
    take(context, sent(deleter, "tombstone", old.observation.id, MESH), "refuse");
    assert.equal(stored(context, old.observation.id).state, acts ? "tombstoned" : "live", by.granted.cn);
  }
});

Deno.test("a DELETE, which nobody can sign, acts only where what is unsigned is taken", () => {
  const record = saved(laptop, "one");
  for (const policy of ["mark", "refuse"] as const) {
    using context = host(desktop);
    take(context, record, policy);
    const how = { now: NOW, republish: true, refuseUnproven: policy === "refuse" };
    assert.equal(ingestDelete(context.store, record.key, how), policy === "mark");
    assert.equal(stored(context, record.id).state, policy === "mark" ? "tombstoned" : "live");
  }
});

Deno.test("a stub that nobody may have written erases nothing that is signed", () => {
  const record = saved(laptop, "one");
  const unsigned = record.payload.replace(
    /^\{.*?"content": "one"/,
    `{"purged_at": "${TEST_TIME}", "content": ""`,
  );
  const stubs = [
    unsigned,
    signPayload(bob.signer, record.key, unsigned),
    signPayload(laptop.signer, record.key, unsigned),
  ];
  for (const payload of stubs) {
    for (const known of [[laptop, desktop, bob], []]) {
      for (const order of [0, 1]) {
        using context = host(desktop, known);
        const both = [record, { key: record.key, payload }];
        for (const one of order === 0 ? both : both.reverse()) take(context, one);
        // Certificates that come later do not find the text gone.
        for (const one of [laptop, desktop, bob]) learn(context, one.record);
        for (const _ of recheck({ store: context.store, refuseUnproven: false, cause: "certificates" }));
        assert.equal(
          stored(context, record.id).observation.content,
          "one",
          `${payload} ${order} ${known.length}`,
        );
      }
    }
  }
});

Deno.test("a certificate that comes later settles what waited for it", () => {
  const record = saved(laptop, "one");
  const forged = signPayload(
    bob.signer,
    record.key,
    record.payload.replace(/^\{"_sig": "[^"]*", /, "{"),
  );
  using marking = host(desktop, []);
  using refusing = host(desktop, []);
  take(marking, record);
  take(marking, { key: record.key, payload: forged });
  assert.equal(stateOf(marking, record.id), "unknown");
  take(refusing, record, "refuse");
  take(refusing, { key: record.key, payload: forged }, "refuse");
  assert.equal(findRecord(refusing.store, record.id, MESH), undefined);
  for (const context of [marking, refusing]) {
    for (const one of [bob, laptop]) learn(context, one.record);
    const touched = [...recheck({
      store: context.store,
      refuseUnproven: context === refusing,
      cause: "certificates",
    })].flat();
    assert.ok(touched.includes(record.id));
    assert.equal(stored(context, record.id).observation.payload, record.payload);
    assert.equal(stateOf(context, record.id), "verified");
    assert.deepEqual(listQuarantine(context.store, 9).map(({ reason }) => reason), [
      `forged: signed by the host ${bob.signer.host}, but it says that it is of ${laptop.signer.host}`,
    ]);
    assert.deepEqual(
      [...recheck({ store: context.store, refuseUnproven: false, cause: "certificates" })].flat(),
      [],
    );
  }
});

Deno.test("what is refused comes out when the policy changes, and stays named to other hosts meanwhile", () => {
  const unsigned = saved(laptop, "one");
  const record = { ...unsigned, payload: unsigned.payload.replace(/^\{.*?"content"/, '{"content"') };
  using refusing = host(desktop);
  using marking = host(desktop);
  take(refusing, record, "refuse");
  take(marking, record);
  assert.deepEqual(digests(refusing.store, "mesh", ""), digests(marking.store, "mesh", ""));
  for (const _ of recheck({ store: refusing.store, refuseUnproven: true, cause: "all" }));
  assert.equal(findRecord(refusing.store, record.id, MESH), undefined);
  for (const _ of recheck({ store: refusing.store, refuseUnproven: false, cause: "all" }));
  assert.equal(stored(refusing, record.id).state, "live");
  assert.deepEqual(listQuarantine(refusing.store, 9), []);
});

Deno.test("a revoked certificate: what was seen before stays, what comes after is told from it", async () => {
  const { serial, cn } = laptop.granted;
  const revocation = await signRevocation(
    authority.pem,
    { serial, cn, at: NOW + 10 },
    authoritySign(authority),
  );
  const [early, late] = [saved(laptop, "early"), saved(laptop, "late")];
  for (const policy of ["mark", "refuse"] as const) {
    using context = host(desktop);
    take(context, early, policy, NOW);
    learn(context, revocation);
    for (
      const _ of recheck({ store: context.store, refuseUnproven: policy === "refuse", cause: "certificates" })
    );
    assert.equal(take(context, late, policy, NOW + 20), policy === "mark" ? "added" : "quarantined");
    assert.equal(stateOf(context, early.id), "verified");
    assert.equal(stateOf(context, late.id), policy === "mark" ? "revoked" : "unsigned");
    assert.equal(take(context, early, policy, NOW + 30), "known");
    // With the stolen key, in the place of what was there.
    const text = early.payload.replace(/^\{"_sig": "[^"]*", /, "{");
    for (let n = 0; n < 8; n++) {
      const payload = signPayload(laptop.signer, early.key, text.replace("early", `never ${n}`));
      take(context, { key: early.key, payload }, policy, NOW + 40);
      assert.equal(stored(context, early.id).observation.content, "early");
    }
    // Anybody in the scope may clean up after it.
    using other = host(bob);
    take(other, early, policy, NOW);
    deleteMemory(other, early.id, "");
    assert.equal(take(context, sent(other, "tombstone", early.id, MESH), policy, NOW + 50), "deleted");
  }
});

Deno.test("an expired certificate's signatures stay valid", async () => {
  const expired = await newHost(authority, {
    host: "c1".repeat(16),
    notBefore: new Date("2020-01-01"),
    notAfter: new Date("2020-02-01"),
  });
  using author = host(expired);
  const { id } = saveMemory(author, memory("one")).observation;
  using context = host(desktop, [expired]);
  assert.equal(take(context, sent(author, "observation", id, MESH), "refuse"), "added");
  assert.equal(stateOf(context, id), "verified");
});
