import assert from "node:assert/strict";
import { isObject, rawMembers, rawObject } from "../../../lib/core/json.ts";
import { MESH } from "../../../lib/core/scope.ts";
import {
  isMalformed,
  MEMORY_TYPES,
  type Observation,
  ownScope,
  parseObservation,
} from "../../../lib/memory/observation.ts";
import { findRecord, mergeObservation, mergeTombstone } from "../../../lib/memory/records.ts";
import { parseTombstone } from "../../../lib/memory/tombstone.ts";
import { testContext } from "../../support/context.ts";
import { fuzzedPayload } from "../../support/fuzz.ts";
import { goldenObservations } from "../../support/golden.ts";
import { TEST_AUTHOR, testId } from "../../support/observations.ts";
import { parseRecordKey } from "../../../lib/core/keyspace.ts";
import { seededNumbers } from "../../support/random.ts";

const SEED = 7;
const RECORDS = 100_000;
const STORED = 2_000;

const CONTROL = { scope: MESH, id: undefined, author: undefined };

Deno.test("100,000 records of any form are read or refused, and nothing of theirs is lost", () => {
  const next = seededNumbers(SEED);
  const tally = { observations: 0, malformed: 0, tombstones: 0, objects: 0 };
  for (let n = 0; n < RECORDS; n++) {
    const payload = fuzzedPayload(next);
    const where = () => `seed ${SEED}, record ${n}: ${JSON.stringify(payload).slice(0, 500)}`;
    const read = parseObservation(
      payload,
      n % 2 === 0 ? CONTROL : { ...CONTROL, id: testId(n), author: TEST_AUTHOR },
    );
    if (isMalformed(read)) {
      tally.malformed++;
      assert.ok(read.reason.length > 5, where());
    } else {
      tally.observations++;
      assertTyped(read, payload, where());
    }
    const tombstone = parseTombstone(payload, undefined);
    if ("payload" in tombstone) {
      tally.tombstones++;
      assert.equal(tombstone.payload, payload, where());
    }
    ownScope(payload);
    const parsed = parse(payload);
    if (!isObject(parsed)) continue;
    tally.objects++;
    const members = rawMembers(payload);
    assert.deepEqual(new Set(members.map(({ name }) => name)), new Set(Object.keys(parsed)), where());
    for (const { value } of members) assert.ok(payload.includes(value), where());
    assert.deepEqual(parse(rawObject(members)), parsed, where());
  }
  for (const [what, count] of Object.entries(tally)) assert.ok(count > RECORDS / 20, `${what}: ${count}`);
});

function assertTyped(read: Observation, payload: string, where: string): void {
  assert.equal(read.payload, payload, where);
  assert.ok(MEMORY_TYPES.includes(read.memoryType), where);
  assert.ok(Number.isInteger(read.importance) && read.importance >= 1 && read.importance <= 5, where);
  for (const time of [read.createdAt, read.expiresAt ?? 0, read.purgedAt ?? 0]) {
    assert.ok(Number.isSafeInteger(time), `${where}: the time ${time}`);
  }
  for (const list of [read.tags, read.sourceFiles, read.references, read.supersedes]) {
    assert.ok(list.every((item) => typeof item === "string"), where);
  }
  for (const chunk of Object.values(read.author)) assert.match(chunk, /^[^/*?$#]+$/, where);
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

Deno.test("what is read from any record comes back from the store byte for byte", () => {
  using context = testContext();
  const { store } = context;
  const next = seededNumbers(SEED + 1);
  const live = new Map<string, Observation>();
  while (live.size < STORED) {
    const payload = fuzzedPayload(next);
    const read = parseObservation(payload, { scope: MESH, id: testId(live.size), author: undefined });
    if (isMalformed(read)) {
      const alone = parseObservation(payload, CONTROL);
      if (isMalformed(alone) || live.has(alone.id)) continue;
      live.set(alone.id, alone);
    } else if (live.has(read.id)) continue;
    else live.set(read.id, read);
  }
  store.write(() => {
    for (const observation of live.values()) {
      assert.equal(mergeObservation(store, observation, 0), "added", observation.payload);
      const tombstone = parseTombstone(observation.payload, observation.id);
      if ("payload" in tombstone && next() < 0.1) mergeTombstone(store, tombstone, MESH, observation.author);
    }
  });
  for (const [id, observation] of live) {
    const stored = findRecord(store, id, MESH)?.observation;
    assert.equal(stored?.payload, observation.payload);
    assert.deepEqual(stored, observation);
  }
  // Every query over all of them works, whatever their columns hold.
  for (const table of ["observation", "tombstone", "author", "facet", "supersede", "quarantine"]) {
    store.all(`SELECT * FROM ${table}`, [], (row) => row);
  }
});

Deno.test("the golden payloads come back from the store byte for byte", () => {
  using context = testContext();
  const { store } = context;
  const golden = goldenObservations();
  assert.equal(golden.length, 8);
  for (const { key, payload } of golden) {
    const facts = parseRecordKey(key);
    assert.ok(facts?.scope !== undefined, key);
    const observation = parseObservation(payload, { scope: facts.scope, id: facts.id, author: facts });
    assert.ok(!isMalformed(observation), key);
    store.write(() => mergeObservation(store, observation, 0));
    assert.equal(findRecord(store, facts.id, facts.scope)?.observation.payload, payload);
  }
});
