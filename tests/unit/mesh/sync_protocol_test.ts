import assert from "node:assert/strict";
import {
  formatAnswer,
  formatQuestion,
  isWhole,
  MOST_BUCKETS,
  parseAnswer,
  parseQuestion,
  type Question,
  type SyncAnswer,
} from "../../../lib/mesh/sync_protocol.ts";
import { testId } from "../../support/observations.ts";
import { seededNumbers } from "../../support/random.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("questions and answers are read as they were written", () => {
  const questions: Question[] = [
    { ask: "sums", root: "ab", from: "zid" },
    { ask: "digests", to: "zid", buckets: [0, 17, 4095] },
    { ask: "records", to: "zid", records: [{ kind: "o", id: testId(1) }, { kind: "t", id: testId(2) }] },
  ];
  for (const question of questions) assert.deepEqual(parseQuestion(formatQuestion(question)), question);
  const answers: SyncAnswer[] = [
    { is: "same", host: "zid" },
    { is: "sums", host: "zid", buckets: new Map([[3, { count: 2, xor: "00ff00ff00ff00ff" }]]) },
    { is: "digests", digests: [{ kind: "t", id: testId(1), hash: "0123456789abcdef" }] },
    { is: "record", record: { key: "mem/mesh/obs/a/b/c/d/e", payload: '{"a":\n"\u0000 設計"}' } },
    { is: "end", answers: 3 },
  ];
  for (const answer of answers) assert.deepEqual(parseAnswer(bytes(formatAnswer(answer))), answer);
});

Deno.test("what is no question or answer is nothing, whatever it is", () => {
  const wrong = [
    "",
    "x",
    "[]",
    "null",
    "{}",
    '{"v":2,"ask":"sums","root":"","from":""}',
    '{"v":1,"ask":"sums"}',
    '{"v":1,"ask":"digests","to":"z","buckets":[4096]}',
    '{"v":1,"ask":"digests","to":"z","buckets":["1"]}',
    `{"v":1,"ask":"digests","to":"z","buckets":[${Array(MOST_BUCKETS + 1).fill(1)}]}`,
  ];
  for (const text of wrong) assert.equal(parseQuestion(bytes(text)), undefined, text);
  assert.equal(parseQuestion(Uint8Array.of(0xff, 0xfe)), undefined);
  for (
    const text of [
      "",
      "no line feed",
      "{",
      '{"v":1}',
      '{"v":1,"is":"same"}',
      '{"v":2,"is":"end","answers":0}',
    ]
  ) {
    assert.equal(parseAnswer(bytes(text)), undefined, text);
  }
  // Of a list, only what is sound is taken.
  assert.deepEqual(
    parseAnswer(bytes(`{"v":1,"is":"sums","host":"h","buckets":[1,[1,"x","y"],[-1,1,"a"],[2,1,"a"]]}`)),
    {
      is: "sums",
      host: "h",
      buckets: new Map([[2, { count: 1, xor: "a" }]]),
    },
  );
});

Deno.test("what a later version says besides is passed over", () => {
  const names = `"records":["o${testId(1)}","z${testId(2)}"]`;
  assert.deepEqual(parseQuestion(bytes(`{"v":1,"ask":"records","to":"z",${names},"most":7}`)), {
    ask: "records",
    to: "z",
    records: [{ kind: "o", id: testId(1) }],
  });
  assert.deepEqual(parseAnswer(bytes(`{"v":1,"is":"digests","digests":["z${"0".repeat(48)}"],"more":{}}`)), {
    is: "digests",
    digests: [],
  });
  assert.deepEqual(parseAnswer(bytes(`{"v":1,"is":"proof","of":[]}`)), { is: "unknown" });
});

Deno.test("answers are whole when as many came as the end says, known or not, whatever else is there", () => {
  const record: SyncAnswer = { is: "record", record: { key: "k", payload: "p" } };
  const end = (answers: number): SyncAnswer => ({ is: "end", answers });
  assert.ok(isWhole([end(0)]));
  assert.ok(isWhole([record, { is: "unknown" }, end(2)]));
  assert.ok(isWhole([end(1), record, record]));
  assert.ok(!isWhole([]));
  assert.ok(!isWhole([record, record]));
  assert.ok(!isWhole([record, end(2)]));
});

Deno.test("random bytes never throw", () => {
  const next = seededNumbers(7);
  const base = formatQuestion({ ask: "digests", to: "zid", buckets: [1, 2, 3] });
  for (let n = 0; n < 2000; n++) {
    const damaged = Uint8Array.from(base, (byte) => next() < 0.05 ? Math.floor(next() * 256) : byte);
    parseQuestion(damaged);
    parseAnswer(damaged);
  }
});
