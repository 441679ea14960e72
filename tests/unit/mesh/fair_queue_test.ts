import assert from "node:assert/strict";
import { FairQueue } from "../../../lib/mesh/fair_queue.ts";
import { seededNumbers } from "../../support/random.ts";

Deno.test("whatever is pushed comes once, of each source in its order, and no source waits for another", () => {
  const seed = 11;
  const next = seededNumbers(seed);
  const queue = new FairQueue<{ source: string; n: number }>();
  const pushed = new Map<string, number>();
  const taken = new Map<string, number>();
  let left = 0;
  for (let round = 0; round < 2_000; round++) {
    for (let k = Math.floor(next() * 6); k > 0; k--) {
      const source = "abc"[Math.floor(next() ** 3 * 3)] ?? "a";
      const n = pushed.get(source) ?? 0;
      queue.push(source, { source, n });
      pushed.set(source, n + 1);
      left++;
    }
    const most = Math.floor(next() * 8);
    const found = queue.peek(most, () => Infinity);
    assert.equal(found.length, Math.min(most, left), `seed ${seed}, round ${round}`);
    const waiting = [..."abc"].filter((source) => queue.waiting(source) > 0);
    const seen = new Set(found.slice(0, waiting.length).map(({ source }) => source));
    assert.equal(
      seen.size,
      Math.min(most, waiting.length),
      `seed ${seed}, round ${round}: each source has a turn`,
    );
    const dropped = Math.floor(next() * (found.length + 1));
    for (const { source, n } of found.slice(0, dropped)) {
      assert.equal(n, taken.get(source) ?? 0, `seed ${seed}, round ${round}`);
      taken.set(source, n + 1);
    }
    queue.drop(dropped);
    left -= dropped;
  }
});

Deno.test("of no source more is given than it is allowed", () => {
  const queue = new FairQueue<string>();
  for (let n = 0; n < 10; n++) for (const source of "ab") queue.push(source, source + n);
  assert.deepEqual(queue.peek(100, (source) => source === "a" ? 2 : 3), ["a0", "b0", "a1", "b1", "b2"]);
  assert.deepEqual(queue.drop(3), ["a", "b", "a"]);
  assert.deepEqual(queue.peek(100, (source) => source === "a" ? 0 : 1), ["b1"]);
  assert.deepEqual(queue.peek(100, () => -1), []);
});
