import assert from "node:assert/strict";
import { findMemory } from "../../../lib/memory/find.ts";
import { ingest } from "../../../lib/memory/ingest.ts";
import { countMovable, moveLegacy } from "../../../lib/memory/move_legacy.ts";
import { outgoing, outgoingRecord } from "../../../lib/memory/outgoing.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { testId } from "../../support/observations.ts";
import { pythonPayload } from "../../support/python_files.ts";

const PC = "00112233445566778899aabbccddeeff";
const OTHER = "f".repeat(32);
const FIRST = { unknown: [1, "x"], created_at: "2025-05-05T00:00:00.000000Z" };
const ALICE = { tier: "user", id: "alice" } as const;

Deno.test("a host's own memories without a tier are saved anew in a scope and deleted for everybody else", () => {
  using context = testContext({ settings: { userId: "alice", mode: "spoke" } });
  const { store } = context;
  take(context, 1, FIRST);
  take(context, 2, { supersedes: [testId(1), testId(9)] });
  take(context, 3, { pc_id: OTHER });
  take(context, 4, { visibility: "mesh" }, "mem/mesh");
  assert.deepEqual(countMovable(context), { own: 2, others: 1 });
  assert.deepEqual(moveLegacy(context, ALICE), { own: 2, others: 1 });

  for (const n of [1, 2]) assert.equal(findMemory(context, testId(n)).state, "tombstoned");
  for (const n of [3, 4]) assert.equal(findMemory(context, testId(n)).state, "live");
  const { records } = outgoing(store, outgoingRecord, ["mesh", "user/alice"], 0, 100);
  const copies = records.filter(({ kind }) => kind === "observation");
  assert.deepEqual(copies.map(({ scope }) => scope), ["user/alice", "user/alice"]);
  assert.deepEqual(
    records.filter(({ kind }) => kind === "tombstone").map(({ key }) => key.slice(0, 14)),
    ["mem/mesh/tomb/", "mem/mesh/tomb/"],
  );
  const read = copies.map(({ payload }) => JSON.parse(payload));
  const first = read.find(({ content }) => content === `content of ${testId(1)}`);
  const second = read.find(({ content }) => content === `content of ${testId(2)}`);
  const { observation_id: id, ...rest } = first;
  assert.notEqual(id, testId(1));
  const { observation_id: _, ...was } = JSON.parse(payloadOf(1, FIRST));
  assert.deepEqual(rest, { ...was, visibility: "user", scope_id: "alice" });
  assert.deepEqual(second.supersedes, [id, testId(9)]);
  assert.equal(findMemory(context, id).state, "superseded");
  assert.equal(findMemory(context, second.observation_id).state, "live");

  // There is nothing left to move.
  assert.deepEqual(moveLegacy(context, ALICE), { own: 0, others: 1 });
  assert.equal(outgoing(store, outgoingRecord, ["mesh", "user/alice"], 0, 100).records.length, 4);
});

function payloadOf(n: number, fields: Readonly<Record<string, unknown>>): string {
  return pythonPayload(testId(n), { visibility: "", scope_id: "", ...fields });
}

function take(
  context: TestContext,
  n: number,
  fields: Readonly<Record<string, unknown>>,
  space = "mem",
): void {
  const pc = fields.pc_id ?? PC;
  const key = `${space}/obs/claude/alice@mbp/${pc}/20260101T000000Z-0a1b2c3d/${testId(n)}`;
  const { store, clock } = context;
  const done = store.write(() =>
    ingest(store, { key, payload: payloadOf(n, fields) }, { now: clock(), republish: false })
  );
  assert.equal(done, "added");
}
