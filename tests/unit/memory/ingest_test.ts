import assert from "node:assert/strict";
import { recordKey } from "../../../lib/core/keyspace.ts";
import { MESH, type Scope } from "../../../lib/core/scope.ts";
import { findMemory } from "../../../lib/memory/find.ts";
import { type Arrival, ingest, LONGEST_PAYLOAD } from "../../../lib/memory/ingest.ts";
import { confirmOutgoing, outgoing } from "../../../lib/memory/outgoing.ts";
import { listQuarantine } from "../../../lib/memory/quarantine.ts";
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
  const { records } = outgoing(store, ["mesh"], 0, 10);
  assert.deepEqual(records.map(({ key }) => key), [keyOf("obs"), keyOf("tomb")]);
  assert.equal(records[0]?.payload, payload);
  confirmOutgoing(store, records);
  assert.deepEqual(outgoing(store, ["mesh"], 0, 10).records, []);
  assert.equal(outgoing(store, ["mesh", "team/acme"], 0, 10).records[0]?.payload, team.payload);
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
  assert.deepEqual(outgoing(store, ["mesh"], 0, 10).records, []);
  assert.ok(allowFlagged(store, ID, NOW));
  assert.equal(outgoing(store, ["mesh"], 0, 10).records.length, 1);
});

function arrival(payload: string): Arrival {
  return { key: keyOf("obs"), payload };
}

function keyOf(kind: "obs" | "tomb", scope: Scope = MESH, id = ID): string {
  return recordKey(kind, scope, TEST_AUTHOR, id);
}
