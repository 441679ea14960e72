import assert from "node:assert/strict";
import { digests } from "../../../lib/memory/digests.ts";
import { MEMORIES } from "../../../lib/memory/space.ts";
import { BUCKETS, type RecordDigest } from "../../../lib/store/exchange.ts";
import { MESH } from "../../../lib/core/scope.ts";
import { mergeObservation, mergeTombstone } from "../../../lib/memory/records.ts";
import { formatTombstone } from "../../../lib/memory/tombstone.ts";
import { bucketsToCompare, difference } from "../../../lib/mesh/compare.ts";
import { Sums } from "../../../lib/mesh/sums.ts";
import { testContext } from "../../support/context.ts";
import { observationOf, TEST_AUTHOR, testId } from "../../support/observations.ts";

const NOW = 1_000_000;
const immediately = (_: number, then: () => void) => {
  queueMicrotask(then);
  return () => {};
};

const digest = (kind: "o" | "t", n: number, hash = "aa"): RecordDigest => ({ kind, id: testId(n), hash });
const names = (records: readonly Pick<RecordDigest, "kind" | "id">[]) =>
  records.map(({ kind, id }) => kind + id);

Deno.test("each side gets what it lacks, and no body of what it knows to be deleted", () => {
  const ours = [digest("o", 1), digest("o", 2), digest("o", 3, "bb"), digest("t", 4), digest("o", 5)];
  const theirs = [digest("o", 1), digest("o", 3, "cc"), digest("o", 4), digest("t", 5), digest("o", 6)];
  const { wanted, lacking } = difference(ours, theirs);
  assert.deepEqual(names(wanted), names([digest("o", 3), digest("t", 5), digest("o", 6)]));
  assert.deepEqual(names(lacking), names([digest("o", 2), digest("t", 4)]));
});

Deno.test("a stub beside its tombstone goes everywhere", () => {
  const { wanted, lacking } = difference([digest("t", 1)], [digest("t", 1), digest("o", 1)]);
  assert.deepEqual([names(wanted), names(lacking)], [names([digest("o", 1)]), []]);
});

Deno.test("only buckets that differ are compared, in groups that a question may ask for", () => {
  const sum = (count: number, xor: string) => ({ count, xor });
  const ours = new Map([[1, sum(1, "a")], [2, sum(1, "a")], [3, sum(1, "a")]]);
  const theirs = new Map([[1, sum(1, "a")], [2, sum(1, "b")], [4, sum(2, "a")]]);
  assert.deepEqual(bucketsToCompare(ours, theirs).flat().sort(), [2, 3, 4]);
  const all = new Map(Array.from({ length: BUCKETS }, (_, bucket) => [bucket, sum(1, "a")]));
  assert.ok(bucketsToCompare(new Map(), all).every((group) => group.length <= 256));
  assert.equal(bucketsToCompare(new Map(), all).flat().length, BUCKETS);
});

Deno.test("sums follow what is touched, whatever the order of the records, and equal sets have equal roots", async () => {
  using one = testContext();
  using other = testContext();
  const [sums, otherSums] = [one, other].map(({ store }) => new Sums(store, immediately));
  assert.ok(sums !== undefined && otherSums !== undefined);
  assert.equal((await sums.of(MEMORIES, "mesh")).root, (await otherSums.of(MEMORIES, "mesh")).root);
  const records = Array.from(
    { length: 50 },
    (_, n) => observationOf({ id: testId(n), content: `content ${n}` }),
  );
  for (const record of records) one.store.write(() => mergeObservation(one.store, record, NOW));
  sums.touch(records.map(({ id }) => id));
  for (const record of records.toReversed()) {
    other.store.write(() => mergeObservation(other.store, record, NOW));
  }
  otherSums.touchAll();
  const before = (await sums.of(MEMORIES, "mesh")).root;
  assert.equal(before, (await otherSums.of(MEMORIES, "mesh")).root);
  mergeTombstone(one.store, formatTombstone(testId(3), "", NOW), MESH, TEST_AUTHOR);
  assert.equal((await sums.of(MEMORIES, "mesh")).root, before, "nobody said that it was touched");
  sums.touch([testId(3)]);
  const { root, buckets } = await sums.of(MEMORIES, "mesh");
  assert.notEqual(root, before);
  assert.equal([...buckets.values()].reduce((all, { count }) => all + count, 0), 50);
  assert.deepEqual(
    digests(one.store, "mesh", testId(3)).map(({ kind }) => kind),
    ["t"],
    "the body of what is deleted is not compared",
  );
});
