import assert from "node:assert/strict";
import { sha256 } from "../../../lib/core/digest.ts";
import {
  CONFLICT,
  dropQuarantined,
  listQuarantine,
  quarantine,
  type QuarantineBounds,
  quarantineCount,
  quarantineLoss,
} from "../../../lib/store/quarantine.ts";
import { openInMemory } from "../../../lib/store/open.ts";
import { number } from "../../../lib/store/row.ts";
import type { Store } from "../../../lib/store/store.ts";
import { seededNumbers } from "../../support/random.ts";
import { testId } from "../../support/observations.ts";

const BOUNDS: QuarantineBounds = { payloads: 16, bytes: 8_000, records: 40 };

function put(store: Store, key: string, payload: string, reason = "malformed"): void {
  quarantine(store, { key, payload, reason, seenAt: 1 }, BOUNDS);
}

/** What is kept: records, payloads long enough to be let go, and their bytes. */
function kept(store: Store): QuarantineBounds {
  const sql = `SELECT count(*) AS records, count(*) FILTER (WHERE payload LIKE '{%') AS payloads,
    coalesce(sum(octet_length(payload)) FILTER (WHERE payload LIKE '{%'), 0) AS bytes FROM quarantine`;
  const found = store.get(sql, [], (row) => ({
    records: number(row, "records"),
    payloads: number(row, "payloads"),
    bytes: number(row, "bytes"),
  }));
  return found ?? { records: 0, payloads: 0, bytes: 0 };
}

const long = (n: number, length = 200) => `{${String(n).padStart(length, "0")}`;

Deno.test("a flood never takes more than the bounds, and every record of it is counted", () => {
  const seed = 7;
  const next = seededNumbers(seed);
  const store = openInMemory();
  let letGo = 0;
  for (let n = 0; n < 500; n++) {
    const payload = long(n, 129 + Math.floor(next() * 4_000));
    put(store, `key ${n}`, payload, next() < 0.2 ? CONFLICT : "malformed");
    const { records, payloads, bytes } = kept(store);
    const loss = quarantineLoss(store);
    const message = `seed ${seed}, record ${n}`;
    assert.ok(records <= BOUNDS.records && payloads <= BOUNDS.payloads && bytes <= BOUNDS.bytes, message);
    assert.equal(quarantineCount(store), n + 1, message);
    assert.equal(payloads + loss.letGo, n + 1, message);
    assert.ok(loss.letGo >= letGo, message);
    ({ letGo } = loss);
  }
  assert.ok(quarantineLoss(store).forgotten > 0);
  // Not everything was let go only because something had to be.
  assert.ok(kept(store).records > BOUNDS.records / 2);
  store.close();
});

Deno.test("the oldest payload is the first whose size and digest take its place", () => {
  const store = openInMemory();
  for (let n = 0; n <= BOUNDS.payloads; n++) put(store, `key ${n}`, long(n));
  const all = listQuarantine(store, 100).reverse();
  assert.equal(all.length, BOUNDS.payloads + 1);
  const { letGo } = quarantineLoss(store);
  assert.ok(letGo > 0 && letGo < BOUNDS.payloads / 2);
  for (const [n, { key, reason, payload }] of all.entries()) {
    assert.deepEqual([key, reason], [`key ${n}`, "malformed"]);
    assert.equal(payload, n < letGo ? `201 bytes, SHA-256 ${sha256(long(n))}` : long(n));
  }
  // It is known still.
  put(store, "key 0", long(0));
  assert.equal(quarantineCount(store), all.length);
  store.close();
});

Deno.test("the payload that gave way in a conflict outlives malformed ones", () => {
  const store = openInMemory();
  for (let n = 0; n < 10; n++) put(store, `conflict ${n}`, long(n), CONFLICT);
  for (let n = 0; n < 300; n++) put(store, `key ${n}`, long(n, 1_000));
  const conflicts = listQuarantine(store, 1_000).filter(({ reason }) => reason === CONFLICT);
  assert.deepEqual(
    conflicts.map(({ payload }) => payload).sort(),
    Array.from({ length: 10 }, (_, n) => long(n)),
  );
  // They are bounded too.
  for (let n = 10; n < 300; n++) put(store, `conflict ${n}`, long(n), CONFLICT);
  assert.ok(kept(store).payloads <= BOUNDS.payloads);
  assert.equal(quarantineCount(store), 600);
  store.close();
});

Deno.test("of a key or reason without end only a part is kept, by which a record can still be dropped", () => {
  const store = openInMemory();
  const id = testId(1);
  const key = (filling: string) => `mem/mesh/obs/${filling.repeat(60_000)}/c/d/e/${id}`;
  put(store, key("a"), "{", "r".repeat(60_000));
  put(store, key("😀"), "{");
  put(store, key("a"), "{");
  const all = listQuarantine(store, 10);
  assert.equal(all.length, 2);
  for (const one of all) assert.ok(one.key.length < 600 && one.reason.length < 300);
  dropQuarantined(store, "mem/mesh/obs/", id);
  assert.equal(quarantineCount(store), 0);
  store.close();
});

Deno.test("what was let go is counted as such in a database that is made anew; what only looks so is not", () => {
  const store = openInMemory();
  const digest = sha256("what it was");
  const payload = `11 bytes, SHA-256 ${digest}`;
  quarantine(store, { key: "key", digest, payload, reason: "malformed", seenAt: 1 });
  assert.deepEqual(quarantineLoss(store), { letGo: 1, forgotten: 0 });
  put(store, "key", "what it was");
  assert.equal(quarantineCount(store), 1);
  put(store, "other", payload);
  assert.equal(quarantineLoss(store).letGo, 1);
  store.close();
});

Deno.test("a database from before there were bounds is counted first", () => {
  const store = openInMemory();
  for (let n = 0; n < BOUNDS.payloads; n++) put(store, `key ${n}`, long(n));
  store.run("DELETE FROM meta WHERE name = 'quarantine'");
  put(store, "one more", long(99));
  assert.ok(kept(store).payloads <= BOUNDS.payloads);
  assert.ok(quarantineLoss(store).letGo > 0);
  store.close();
});
