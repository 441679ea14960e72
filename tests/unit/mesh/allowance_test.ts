import assert from "node:assert/strict";
import { recordKey } from "../../../lib/core/keyspace.ts";
import { MESH } from "../../../lib/core/scope.ts";
import { Allowances, sourceOf } from "../../../lib/mesh/allowance.ts";
import { TEST_AUTHOR, testId } from "../../support/observations.ts";

Deno.test("a source may send much at once, then so many a second, and another is not touched by that", () => {
  let now = 1;
  const allowances = new Allowances(() => now, 100, 10);
  allowances.take("a", 100);
  assert.deepEqual([allowances.left("a"), allowances.left("b")], [0, 100]);
  now += 500_000;
  assert.equal(allowances.left("a"), 5);
  allowances.take("a", 5);
  now += 3_600_000_000;
  assert.equal(allowances.left("a"), 100, "no more than at once");
});

Deno.test("a clock that is set stops nobody", () => {
  let now = 1_000_000_000_000;
  const allowances = new Allowances(() => now, 100, 10);
  allowances.take("a", 100);
  now -= 900_000_000_000;
  assert.equal(allowances.left("a"), 0);
  now += 1_000_000;
  assert.equal(allowances.left("a"), 10);
});

Deno.test("whoever invents hosts shares what one may with all others that do", () => {
  const allowances = new Allowances(() => 1, 100, 10);
  for (let n = 0; n < 1_000; n++) allowances.take(`invented ${n}`, 1);
  for (let n = 0; n < 100; n++) allowances.take(`another ${n}`, 1);
  assert.equal(allowances.left("one more"), 0);
  assert.equal(allowances.left("invented 5"), 99);
});

Deno.test("a record's source is the host in its key", () => {
  for (const tier of [MESH, { tier: "user", id: "obs" } as const, { tier: "team", id: "tomb" } as const]) {
    for (const kind of ["obs", "tomb"] as const) {
      assert.equal(sourceOf(recordKey(kind, tier, TEST_AUTHOR, testId(1))), TEST_AUTHOR.pcId);
    }
  }
  assert.equal(sourceOf("mem/obs/a/b/c/d/e"), "c");
  assert.equal(sourceOf("msg/mesh/inbox/agent/x/y"), "msg/mesh/inbox/agent");
  assert.equal(sourceOf("mem"), "mem");
});
