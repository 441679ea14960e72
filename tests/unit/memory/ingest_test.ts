import assert from "node:assert/strict";
import { sha256 } from "../../../lib/core/digest.ts";
import { recordKey } from "../../../lib/core/keyspace.ts";
import { MESH, type Scope } from "../../../lib/core/scope.ts";
import { keepAtHome } from "../../../lib/memory/at_home.ts";
import { digests } from "../../../lib/memory/digests.ts";
import type { Arrival } from "../../../lib/store/exchange.ts";
import { findMemory } from "../../../lib/memory/find.ts";
import { ingest, ingestDelete, isKnown, LONGEST_PAYLOAD } from "../../../lib/memory/ingest.ts";
import { confirmOutgoing, outgoing, outgoingDepth, outgoingRecord } from "../../../lib/memory/outgoing.ts";
import { listQuarantine } from "../../../lib/store/quarantine.ts";
import { mergeObservation } from "../../../lib/memory/records.ts";
import { allowFlagged, listFlags } from "../../../lib/memory/secrets/flags.ts";
import { formatTombstone } from "../../../lib/memory/tombstone.ts";
import { enqueue } from "../../../lib/store/outbox.ts";
import { at, TEST_TIME } from "../../support/clock.ts";
import { testContext } from "../../support/context.ts";
import { observationOf, TEST_AUTHOR, testId } from "../../support/observations.ts";

const NOW = at(TEST_TIME);
const LIVE = { now: NOW, republish: false };
const ID = testId(0);

Deno.test("an observation and its tombstone may come in any order, and twice", () => {
  const observation = arrival(observationOf({ id: ID }).payload);
  const tombstone = { key: keyOf("tomb"), payload: formatTombstone(ID, "wrong", NOW).payload };
  for (
    const order of [[observation, tombstone], [tombstone, observation], [
      tombstone,
      tombstone,
      observation,
      observation,
    ]]
  ) {
    using context = testContext();
    for (const one of order) context.store.write(() => ingest(context.store, one, LIVE));
    assert.equal(findMemory(context, ID).state, "tombstoned");
    assert.deepEqual(listQuarantine(context.store, 10), []);
  }
});

Deno.test("a key of the oldest form is a record of the mesh", () => {
  using context = testContext();
  const payload = observationOf({ id: ID }).payload;
  assert.equal(
    ingest(context.store, { key: keyOf("obs").replace("mem/mesh/", "mem/"), payload }, LIVE),
    "added",
  );
  assert.equal(findMemory(context, ID).state, "live");
});

Deno.test("what does not agree with its key is kept with the reason, and is never live", () => {
  const payload = observationOf({ id: ID }).payload;
  const alice: Scope = { tier: "user", id: "alice" };
  const wrong: readonly (readonly [Arrival, RegExp])[] = [
    [{ key: "mem/mesh/obs/too/short", payload }, /its key is not a record's/],
    [arrival("{"), /not JSON/],
    [arrival("[]"), /not a JSON object/],
    [arrival("{}"), /no content/],
    [{ key: keyOf("obs", MESH, testId(1)), payload }, /its id .* is not its key's/],
    [{ key: keyOf("obs", alice), payload }, /its visibility mesh is not its key's/],
    [arrival(payload.replace("alice@mbp", "mallory@x")), /its client_id "mallory@x" is not its key's/],
    [
      { key: keyOf("tomb"), payload: formatTombstone(testId(1), "", NOW).payload },
      /its id .* is not its key's/,
    ],
    [{ key: keyOf("tomb"), payload: "x" }, /not JSON/],
  ];
  for (const [one, reason] of wrong) {
    using context = testContext();
    assert.equal(ingest(context.store, one, LIVE), "quarantined");
    const [kept] = listQuarantine(context.store, 10);
    assert.match(kept?.reason ?? "", reason);
    assert.equal(kept?.payload, one.payload);
    assert.throws(() => findMemory(context, ID), /Cannot find/);
  }
});

Deno.test("of a payload that is too long only that it came is kept", () => {
  using context = testContext();
  const long = observationOf({ id: ID, content: "x".repeat(LONGEST_PAYLOAD) }).payload;
  assert.equal(ingest(context.store, arrival(long), LIVE), "quarantined");
  const [kept] = listQuarantine(context.store, 10);
  assert.ok((kept?.payload.length ?? Infinity) < 200);
});

Deno.test("what waits goes out as it is now, of shared scopes only, and goes when it is confirmed", () => {
  using context = testContext();
  const { store } = context;
  const payload = observationOf({ id: ID }).payload;
  const team = observationOf({ id: testId(1), scope: { tier: "team", id: "acme" } });
  ingest(store, arrival(payload), LIVE);
  ingest(store, { key: keyOf("obs", team.scope, team.id), payload: team.payload }, LIVE);
  ingest(store, { key: keyOf("tomb"), payload: formatTombstone(ID, "", NOW).payload }, LIVE);
  enqueue(store, "observation", ID, "mesh", NOW);
  enqueue(store, "observation", team.id, "team/acme", NOW);
  enqueue(store, "tombstone", ID, "mesh", NOW);
  enqueue(store, "observation", testId(2), "mesh", NOW);
  const { records } = outgoing(store, outgoingRecord, ["mesh"], 0, 10);
  assert.deepEqual(records.map(({ key }) => key), [keyOf("obs"), keyOf("tomb")]);
  assert.equal(records[0]?.payload, payload);
  confirmOutgoing(store, outgoingRecord, records);
  assert.deepEqual(outgoing(store, outgoingRecord, ["mesh"], 0, 10).records, []);
  assert.equal(
    outgoing(store, outgoingRecord, ["mesh", "team/acme"], 0, 10).records[0]?.payload,
    team.payload,
  );
});

Deno.test("a record with a secret in it is taken, flagged, and kept back until it is allowed", () => {
  using context = testContext();
  const { store } = context;
  const secret = ["gh", "p_", "x7Kq0ZrT9mWc3vLb8", "NyPa1dHs5GfUj2eRo4i"].join("");
  assert.equal(
    ingest(store, arrival(observationOf({ id: ID, content: `use ${secret}` }).payload), LIVE),
    "added",
  );
  enqueue(store, "observation", ID, "mesh", NOW);
  assert.equal(listFlags(store)[0]?.id, ID);
  assert.deepEqual(outgoing(store, outgoingRecord, ["mesh"], 0, 10).records, []);
  assert.ok(allowFlagged(store, ID, NOW));
  assert.equal(outgoing(store, outgoingRecord, ["mesh"], 0, 10).records.length, 1);
});

Deno.test("a record that changes while it is on its way goes out again", () => {
  using context = testContext();
  const { store } = context;
  ingest(store, arrival(observationOf({ id: ID }).payload), LIVE);
  enqueue(store, "observation", ID, "mesh", NOW);
  const { records } = outgoing(store, outgoingRecord, ["mesh"], 0, 10);
  const stub = observationOf({ id: ID, purged: true, content: "" }).payload;
  ingest(store, arrival(stub), LIVE);
  assert.deepEqual(confirmOutgoing(store, outgoingRecord, records), []);
  const [again] = outgoing(store, outgoingRecord, ["mesh"], 0, 10).records;
  assert.equal(again?.payload, stub);
  assert.deepEqual(confirmOutgoing(store, outgoingRecord, again === undefined ? [] : [again]), [NOW]);
  assert.equal(outgoingDepth(store, ["mesh"]).waiting, 0);
});

Deno.test("what gives way to ours is answered with ours, by hosts that do so, and only under its own key", () => {
  const stub = observationOf({ id: ID, purged: true, content: "" });
  const text = observationOf({ id: ID, content: "erased" });
  for (const republish of [true, false]) {
    using context = testContext();
    const { store } = context;
    ingest(store, arrival(stub.payload), LIVE);
    assert.equal(ingest(store, arrival(text.payload), { now: NOW, republish }), "conflict");
    assert.equal(
      outgoing(store, outgoingRecord, ["mesh"], 0, 10).records[0]?.payload,
      republish ? stub.payload : undefined,
    );
  }
  using context = testContext();
  const { store } = context;
  ingest(store, arrival(stub.payload), LIVE);
  const legacy = { key: keyOf("obs").replace("mem/mesh/", "mem/"), payload: text.payload };
  assert.equal(ingest(store, legacy, { now: NOW, republish: true }), "conflict");
  assert.deepEqual(outgoing(store, outgoingRecord, ["mesh"], 0, 10).records, []);
  const [first, second] = [1, 2].map((n) => formatTombstone(ID, `reason ${n}`, NOW).payload)
    .sort((one, other) => sha256(one) < sha256(other) ? -1 : 1);
  ingest(store, { key: keyOf("tomb"), payload: first ?? "" }, LIVE);
  assert.equal(
    ingest(store, { key: keyOf("tomb"), payload: second ?? "" }, { now: NOW, republish: true }),
    "conflict",
  );
  assert.equal(outgoing(store, outgoingRecord, ["mesh"], 0, 10).records[0]?.payload, first);
});

Deno.test("a DELETE of an observation is a tombstone that a hub sends out, of a tombstone nothing", () => {
  using context = testContext();
  const { store } = context;
  const how = { now: NOW, republish: true };
  ingest(store, arrival(observationOf({ id: ID }).payload), LIVE);
  assert.equal(ingestDelete(store, keyOf("tomb"), how), false);
  assert.equal(ingestDelete(store, "mem/mesh/obs/short", how), false);
  assert.equal(findMemory(context, ID).state, "live");
  assert.equal(ingestDelete(store, keyOf("obs"), how), true);
  assert.equal(findMemory(context, ID).state, "tombstoned");
  assert.deepEqual(outgoing(store, outgoingRecord, ["mesh"], 0, 10).records.map(({ key }) => key), [
    keyOf("tomb"),
  ]);
  assert.equal(ingestDelete(store, keyOf("obs"), how), false);
  assert.equal(findMemory(context, ID).state, "tombstoned");
});

Deno.test("a tombstone whose key gets a DELETE goes out once more from a hub, under that key alone", () => {
  using context = testContext();
  const { store } = context;
  const waiting = () => outgoing(store, outgoingRecord, ["mesh"], 0, 10).records.map(({ key }) => key);
  const other = recordKey("tomb", MESH, { ...TEST_AUTHOR, sessionId: "another" }, ID);
  ingest(store, { key: keyOf("tomb"), payload: formatTombstone(ID, "", NOW).payload }, LIVE);
  for (const [key, republish] of [[keyOf("tomb"), false], [other, true], [keyOf("obs"), true]] as const) {
    assert.equal(ingestDelete(store, key, { now: NOW, republish }), false);
    assert.deepEqual(waiting(), []);
  }
  assert.equal(ingestDelete(store, keyOf("tomb"), { now: NOW, republish: true }), false);
  assert.deepEqual(waiting(), [keyOf("tomb")]);
});

Deno.test("what takes the place of another payload goes out again from where the storage is", () => {
  const text = observationOf({ id: ID, content: "to be erased" });
  const stub = observationOf({ id: ID, purged: true, content: "" });
  for (const stores of [false, true]) {
    using context = testContext();
    const { store } = context;
    ingest(store, arrival(text.payload), { ...LIVE, stores });
    assert.equal(ingest(store, arrival(stub.payload), { ...LIVE, stores }), "replaced");
    assert.deepEqual(
      outgoing(store, outgoingRecord, ["mesh"], 0, 10).records.map(({ payload }) => payload),
      stores ? [stub.payload] : [],
    );
  }
});

Deno.test("a record is known only when taking it would change nothing", () => {
  using context = testContext();
  const { store } = context;
  const payload = observationOf({ id: ID }).payload;
  assert.equal(isKnown(store, arrival(payload)), false);
  mergeObservation(store, observationOf({ id: ID }), NOW, NOW);
  assert.equal(isKnown(store, arrival(payload)), false, "it comes to life by arriving");
  ingest(store, arrival(payload), LIVE);
  assert.equal(isKnown(store, arrival(payload)), true);
  assert.equal(isKnown(store, arrival(`${payload} `)), false);
  keepAtHome(store);
  assert.deepEqual(digests(store, "mesh", ID), []);
  assert.equal(isKnown(store, arrival(payload)), false, "the mesh has it after all");
  ingest(store, arrival(payload), LIVE);
  assert.equal(digests(store, "mesh", ID).length, 1);
});

Deno.test("what is held back for a secret is not shown to other hosts until it is allowed", () => {
  using context = testContext();
  const { store } = context;
  const secret = ["gh", "p_", "x7Kq0ZrT9mWc3vLb8", "NyPa1dHs5GfUj2eRo4i"].join("");
  ingest(store, arrival(observationOf({ id: ID, content: `use ${secret}` }).payload), LIVE);
  assert.equal(digests(store, "mesh", ID).length, 1, "the mesh has it");
  enqueue(store, "observation", ID, "mesh", NOW);
  assert.deepEqual(digests(store, "mesh", ID), []);
  assert.deepEqual(outgoingDepth(store, ["mesh"]), { waiting: 0, since: undefined, unshared: 1 });
  allowFlagged(store, ID, NOW);
  assert.equal(digests(store, "mesh", ID).length, 1);
  assert.deepEqual(outgoingDepth(store, ["mesh"]), { waiting: 1, since: NOW, unshared: 0 });
  assert.deepEqual(outgoingDepth(store, []), { waiting: 0, since: undefined, unshared: 1 });
});

function arrival(payload: string): Arrival {
  return { key: keyOf("obs"), payload };
}

function keyOf(kind: "obs" | "tomb", scope: Scope = MESH, id = ID): string {
  return recordKey(kind, scope, TEST_AUTHOR, id);
}
