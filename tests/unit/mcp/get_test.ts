import assert from "node:assert/strict";
import { FRAME } from "../../../lib/mcp/frame.ts";
import { neutralise } from "../../../lib/memory/render/neutralise.ts";
import { seededNumbers } from "../../support/random.ts";
import { type Answered, connect } from "./client.ts";

const bytes = (text: string) => new TextEncoder().encode(text).length;

Deno.test("get_memory shows everything about one memory, by the beginning of its id", async () => {
  await using server = await connect();
  const old = await server.save({ subject: "old" });
  const id = await server.save({
    content: "first\nsecond",
    subject: "a subject",
    summary: "a summary",
    project: "demo",
    tags: ["a", "b"],
    source_files: ["src/a.ts"],
    references: ["#1"],
    supersedes: [old],
    memory_type: "pattern",
    importance: 5,
    expires_at: "2030-01-01",
  });
  const { text, structure } = await server.ok("get_memory", { observation_id: id.slice(0, 8).toUpperCase() });
  const [created] = text.match(/2026-03-01T12:00:00\.\d{6}Z/) ?? [];
  assert.equal(
    text,
    [
      FRAME,
      `id: ${id}`,
      "memory_type: pattern",
      "importance: 5",
      `created_at: ${created}`,
      "project: demo",
      "subject: a subject",
      "summary: a summary",
      "agent: claude/alice@mbp",
      "origin: alice@mbp (this pc)",
      "visibility: mesh",
      "tags: a, b",
      "source_files: src/a.ts",
      "references: #1",
      `supersedes: ${old}`,
      "superseded_by: -",
      "expires_at: 2030-01-01T00:00:00.000000Z",
      "state: live",
      "---",
      "> first",
      "> second",
    ].join("\n"),
  );
  assert.equal(structure.state, "live");
  assert.equal(Object(structure.memory).content, "first\nsecond");
  assert.deepEqual(structure.source_files, ["src/a.ts"]);
  const before = await server.ok("get_memory", { observation_id: old });
  assert.equal(before.structure.state, "superseded");
  assert.deepEqual(before.structure.superseded_by, [id]);
});

Deno.test("get_memory refuses what is no id, unknown, or deleted", async () => {
  await using server = await connect();
  const id = await server.save({ content: "gone" });
  await server.ok("delete_memory", { observation_id: id, reason: "test" });
  for (
    const [observation_id, says] of [["1234567", /not an id/], ["f".repeat(32), /Cannot find/], [
      id,
      /tombstoned/,
    ]] as const
  ) {
    const { isError, text } = await server.call("get_memory", { observation_id });
    assert.ok(isError);
    assert.match(text, says);
  }
  const { text } = await server.ok("get_memory", { observation_id: id, include_hidden: true });
  assert.match(text, /state: tombstoned\n---\n> gone$/);
});

Deno.test("a long content comes in pieces that are the whole of it", async () => {
  for (const seed of [1, 2, 3]) {
    await using server = await connect({ seed });
    const next = seededNumbers(seed);
    // Mixed, then of characters of two units, then of lines: what each bound is for.
    const pieces =
      [["word ", "記憶", "🎉", "\n", '"\\', "\x07", "\u200b"], ["🎉", "x🎊"], ["\n", "\n", "a"]][seed - 1] ??
        [];
    let content = "";
    while (content.length < 60_000) content += pieces[Math.floor(next() * pieces.length)] ?? "";
    const id = await server.save({ content, summary: "s".repeat(seed * 3000), tags: Array(200).fill("tag") });
    let text = "";
    let structured = "";
    let cursor: unknown = null;
    do {
      const page: Answered = await server.ok("get_memory", { observation_id: id, max_bytes: 6000, cursor });
      assert.ok(bytes(page.text) <= 6000, `seed ${seed}: ${bytes(page.text)} bytes`);
      assert.ok(bytes(JSON.stringify(page.structure)) <= 6000, `seed ${seed}`);
      const body = page.text.slice(page.text.indexOf("\n---\n") + 5).replace(/\n\[more: [^\n]*$/, "");
      text += body.split("\n").map((line) => line.replace(/^> /, "")).join("\n");
      structured += Object(page.structure.memory).content;
      cursor = page.structure.cursor;
    } while (cursor !== undefined);
    assert.equal(structured, neutralise(content), `seed ${seed}`);
    assert.equal(text, neutralise(content), `seed ${seed}`);
    for (const wrong of ["60001", "-1", "x", "1.5"]) {
      const { isError } = await server.call("get_memory", { observation_id: id, cursor: `${wrong}0` });
      assert.ok(isError, wrong);
    }
  }
});
