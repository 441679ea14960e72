import assert from "node:assert/strict";
import { keepRecordAtHome } from "../../../lib/memory/at_home.ts";
import { deleteMemory } from "../../../lib/memory/delete.ts";
import { ingest } from "../../../lib/memory/ingest.ts";
import { countLegacy, migrateLegacy } from "../../../lib/memory/legacy.ts";
import { confirmOutgoing, outgoing, outgoingRecord } from "../../../lib/memory/outgoing.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { pythonPayload, pythonTombstone } from "../../support/python_files.ts";
import { testId } from "../../support/observations.ts";

const CHUNKS = "claude/alice@mbp/00112233445566778899aabbccddeeff/20260101T000000Z-0a1b2c3d";

Deno.test("records that came under keys without a tier go out under the mesh's, byte for byte, and nothing else does", () => {
  using context = testContext({ settings: { userId: "alice", mode: "spoke" } });
  const legacy = pythonPayload(testId(1), { visibility: "", extra: 200000.5 });
  // Written before the member existed.
  const older = legacy.replaceAll(testId(1), testId(2)).replace('"visibility": "", ', "");
  const dead = pythonPayload(testId(3), { visibility: "" });
  take(context, `mem/obs/${CHUNKS}/${testId(1)}`, legacy);
  take(context, `mem/obs/${CHUNKS}/${testId(2)}`, older);
  take(context, `mem/obs/${CHUNKS}/${testId(3)}`, dead);
  take(context, `mem/tomb/${CHUNKS}/${testId(3)}`, pythonTombstone(testId(3), "wrong"));
  take(context, `mem/tomb/${CHUNKS}/${testId(4)}`, pythonTombstone(testId(4), "its memory never came"));
  take(context, `mem/mesh/obs/${CHUNKS}/${testId(5)}`, pythonPayload(testId(5)));
  take(context, `mem/mesh/tomb/${CHUNKS}/${testId(5)}`, pythonTombstone(testId(5), ""));
  const user = pythonPayload(testId(6), { visibility: "", scope_id: "" });
  take(context, `mem/user/alice/obs/${CHUNKS}/${testId(6)}`, user);
  take(context, `mem/obs/${CHUNKS}/${testId(7)}`, pythonPayload(testId(7), { visibility: "" }));
  context.store.write(() => keepRecordAtHome(context.store, testId(7), "mesh"));
  const deep = `${"[".repeat(2_000)}${"]".repeat(2_000)}`;
  const nested = pythonPayload(testId(8), { visibility: "" }).replace("{", `{"deep": ${deep}, `);
  take(context, `mem/obs/${CHUNKS}/${testId(8)}`, nested);

  assert.deepEqual(waiting(context), []);
  assert.deepEqual(countLegacy(context.store), { memories: 3, deletions: 2 });
  assert.deepEqual(waiting(context), [], "counting changes nothing");
  const expected = [
    `mem/mesh/obs/${CHUNKS}/${testId(1)} ${legacy}`,
    `mem/mesh/obs/${CHUNKS}/${testId(2)} ${older}`,
    `mem/mesh/obs/${CHUNKS}/${testId(3)} ${dead}`,
    `mem/mesh/tomb/${CHUNKS}/${testId(3)} ${pythonTombstone(testId(3), "wrong")}`,
    `mem/mesh/tomb/${CHUNKS}/${testId(4)} ${pythonTombstone(testId(4), "its memory never came")}`,
  ].sort();
  for (let round = 1; round <= 2; round++) {
    assert.deepEqual(migrateLegacy(context.store, context.clock()), { memories: 3, deletions: 2 });
    assert.deepEqual(waiting(context), expected, `round ${round}`);
  }
  confirmOutgoing(
    context.store,
    outgoingRecord,
    outgoing(context.store, outgoingRecord, ["mesh"], 0, 100).records,
  );
  assert.deepEqual(waiting(context), []);

  // Another host of ours that also has the old keys takes them as the same records.
  using other = testContext();
  take(other, `mem/obs/${CHUNKS}/${testId(1)}`, legacy);
  const again = { key: `mem/mesh/obs/${CHUNKS}/${testId(1)}`, payload: legacy };
  assert.equal(
    other.store.write(() => ingest(other.store, again, { now: other.clock(), republish: true })),
    "known",
  );
});

function take({ store, clock }: TestContext, key: string, payload: string): void {
  const done = store.write(() => ingest(store, { key, payload }, { now: clock(), republish: false }));
  assert(done === "added" || done === "deleted", `${key}: ${done}`);
}

function waiting({ store }: TestContext): string[] {
  return outgoing(store, outgoingRecord, ["mesh", "user/alice"], 0, 100).records.map(({ key, payload }) =>
    `${key} ${payload}`
  )
    .sort();
}

Deno.test("the deletion of a memory without a tier goes under the old key too, of no other one", () => {
  using context = testContext({ settings: { userId: "alice", mode: "spoke" } });
  take(context, `mem/obs/${CHUNKS}/${testId(1)}`, pythonPayload(testId(1), { visibility: "" }));
  take(context, `mem/mesh/obs/${CHUNKS}/${testId(2)}`, pythonPayload(testId(2)));
  take(context, `mem/user/alice/obs/${CHUNKS}/${testId(3)}`, pythonPayload(testId(3), { visibility: "" }));
  for (const n of [1, 2, 3]) deleteMemory(context, testId(n), "");
  const { records } = outgoing(context.store, outgoingRecord, ["mesh", "user/alice"], 0, 100);
  assert.deepEqual(records.map(({ key, mirror }) => [key, mirror]), [
    [`mem/mesh/tomb/${CHUNKS}/${testId(1)}`, `mem/tomb/${CHUNKS}/${testId(1)}`],
    [`mem/mesh/tomb/${CHUNKS}/${testId(2)}`, undefined],
    [`mem/user/alice/tomb/${CHUNKS}/${testId(3)}`, undefined],
  ]);
});
