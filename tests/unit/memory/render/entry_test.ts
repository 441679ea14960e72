import assert from "node:assert/strict";
import { markdownEntry, textEntry } from "../../../../lib/memory/render/entry.ts";
import { saveMemory } from "../../../../lib/memory/save.ts";
import { newMemory } from "../../../support/new_memory.ts";
import { testContext } from "../../../support/context.ts";

Deno.test("entries look as Python's version wrote them", () => {
  using context = testContext();
  const { observation } = saveMemory(
    context,
    newMemory({
      content: "Postgres because of JSON",
      subject: "analytics db",
      summary: "Postgres for analytics",
      project: "demo",
      memoryType: "decision",
      importance: 4,
      references: ["#67", "org/repo#42"],
    }),
  );
  const { id } = observation;
  assert.equal(
    textEntry(observation),
    `[decision][4] 2026-03-01T12:00:00 (demo) analytics db (refs: #67, org/repo#42)\nPostgres for analytics <id=${id}>`,
  );
  assert.equal(
    textEntry(observation, { origin: "bob@box, other pc" }).split("\n")[0],
    "[decision][4] 2026-03-01T12:00:00 (demo) analytics db (refs: #67, org/repo#42) [origin: bob@box, other pc]",
  );
  assert.equal(
    markdownEntry(observation),
    `- **[decision][4]** 2026-03-01T12:00 (demo) analytics db — Postgres for analytics (refs: #67, org/repo#42) <id=${id}>`,
  );
});

Deno.test("a memory without subject and summary shows the beginning of its content", () => {
  using context = testContext();
  const { observation } = saveMemory(context, newMemory({ content: `first\n\nsecond ${"x".repeat(100)}` }));
  const { id } = observation;
  const gist = `first second ${"x".repeat(66)}…`;
  assert.equal(textEntry(observation), `[note][2] 2026-03-01T12:00:00\n${gist} <id=${id}>`);
  assert.equal(markdownEntry(observation), `- **[note][2]** 2026-03-01T12:00 ${gist} <id=${id}>`);
});
