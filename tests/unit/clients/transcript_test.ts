import assert from "node:assert/strict";
import { isDecision, looksUnsaved, tallyOf } from "../../../lib/clients/transcript.ts";
import { fuzzedPayload } from "../../support/fuzz.ts";
import { seededNumbers } from "../../support/random.ts";

const claude = (text: string) => ({ type: "user", message: { role: "user", content: text } });
const claudeParts = (...content: unknown[]) => ({ type: "user", message: { role: "user", content } });
const claudeTool = (name: string) => ({
  type: "assistant",
  message: {
    role: "assistant",
    content: [{ type: "text", text: "yes" }, { type: "tool_use", name, input: {} }],
  },
});
const codex = (text: string) => ({
  type: "response_item",
  payload: { type: "message", role: "user", content: [{ type: "input_text", text }] },
});
const codexTool = (name: string) => ({
  type: "response_item",
  payload: { type: "function_call", name, arguments: "{}" },
});

const lines = (...turns: unknown[]) => turns.map((turn) => JSON.stringify(turn)).join("\n");

Deno.test("decisions in English and Japanese are told from tasks and questions", () => {
  const decisions = [
    ..."Yes.|ok, go ahead|No, use Postgres instead of MySQL|don't do that|Sounds good!|LGTM|let's go with the second"
      .split("|"),
    ..."I'd prefer tabs|approved|stop|that's right".split("|"),
    ..."はい|それでいこう|それでお願いします|いいね|やめてください|タブではなくスペースで|そっちの方がいい|採用|その方針で進めて"
      .split("|"),
    ..."SQLiteにしましょう|これで行きましょう|了解".split("|"),
  ];
  const others = [
    ..."Add a test for the parser|What does this do?|Where is the config?|Write the docs in Japanese please"
      .split("|"),
    ..."テストを追加して|これは何ですか|設定はどこ|notes about yesterday|okapi".split("|"),
    "",
    `yes ${"and so on ".repeat(60)}`,
  ];
  assert.deepEqual(decisions.filter((text) => !isDecision(text)), []);
  assert.deepEqual(others.filter(isDecision), []);
});

Deno.test("a transcript is counted in each client's form", () => {
  const said = lines(
    claude("implement it"),
    claude("yes"),
    claudeParts({ type: "tool_result", content: "yes" }),
    { ...claude("yes"), isMeta: true },
    claude("<command-name>ok</command-name>"),
    claudeTool("Bash"),
    claudeTool("mcp__kioku_mesh__save_observation"),
    claudeParts({ type: "text", text: "no, the other one" }),
  );
  assert.deepEqual(tallyOf(said), { decisions: 2, saves: 1, sinceSave: 1 });
  const other = lines(
    codex("ok, do it"),
    codexTool("shell"),
    codexTool("kioku_mesh__save_observation"),
    codex("はい"),
  );
  assert.deepEqual(tallyOf(other), { decisions: 2, saves: 1, sinceSave: 1 });
  const gemini = JSON.stringify({
    sessionId: "x",
    messages: [
      { type: "user", content: "go ahead" },
      { type: "gemini", content: "yes", toolCalls: [{ name: "mcp_kioku-mesh_save_observation" }] },
      { type: "user", content: [{ text: "looks good" }] },
    ],
  });
  assert.deepEqual(tallyOf(gemini), { decisions: 2, saves: 1, sinceSave: 1 });
});

Deno.test("a reminder is due from the first unsaved decision, and later when saves fall behind", () => {
  const due = (decisions: number, saves: number) => looksUnsaved({ decisions, saves, sinceSave: 0 });
  assert.deepEqual([due(0, 0), due(1, 0), due(1, 1), due(3, 1), due(4, 1), due(4, 2), due(5, 2)], [
    ...[false, true, false, false, true, false, true],
  ]);
});

Deno.test("nothing in a transcript stops the count", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = seededNumbers(seed);
    const text = Array.from({ length: 8 }, () => fuzzedPayload(next)).join("\n");
    const { decisions, saves } = tallyOf(text);
    assert.ok(decisions >= 0 && saves >= 0, `seed ${seed}`);
  }
  assert.equal(tallyOf(`${"[".repeat(100_000)}\n${lines(claude("yes"))}`).decisions, 1);
});
