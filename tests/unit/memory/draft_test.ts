import assert from "node:assert/strict";
import { formatDraft, parseDraft } from "../../../lib/memory/draft.ts";
import { MEMORY_TYPES } from "../../../lib/memory/observation.ts";
import { editable } from "../../../lib/memory/editable.ts";
import { observationOf } from "../../support/observations.ts";
import { anyText } from "./search/any_text.ts";

Deno.test("what nobody edits comes back as it was", () => {
  for (let seed = 0; seed < 200; seed++) {
    const memory = editable(observationOf({
      content: anyText(seed, seed % 60),
      subject: anyText(seed + 1, 8),
      summary: anyText(seed + 2, 12),
      project: anyText(seed + 3, 1),
      tags: ["a", "on", "12", "2026-01-31", "# x", "a, b"],
      memoryType: MEMORY_TYPES[seed % 6] ?? "note",
      importance: 1 + seed % 5,
      sourceFiles: ["src/a b.ts"],
      expiresAt: seed % 2 === 0 ? undefined : 1_900_000_000_000_000 + seed,
    }));
    assert.deepEqual({ ...memory, ...parseDraft(formatDraft(memory)) }, memory, `seed ${seed}`);
  }
});

Deno.test("a person writes as one writes: plain words, numbers, lists in one line, names left out", () => {
  const text = "---\nsubject: 2026\ntags: a, b\nreferences:\ntype: bug\nimportance: 5\n---\nnew text\n";
  assert.deepEqual(parseDraft(text), {
    content: "new text",
    subject: "2026",
    tags: ["a", "b"],
    references: [],
    memoryType: "bug",
    importance: 5,
  });
  assert.deepEqual(parseDraft("---\nexpires_at: 2030-01-31\n---\nx").expiresAt, Date.UTC(2030, 0, 31) * 1000);
});

Deno.test("what cannot be meant is refused with its reason", () => {
  const wrong: readonly (readonly [head: string, reason: RegExp])[] = [
    ["tag: a", /no field tag\b/],
    ["subject: [a]", /subject is not a text/],
    ["tags: {a: 1}", /tags is not a list/],
    ["tags: [[a]]", /tags is not a list/],
    ["type: idea", /type "idea" is not one of note/],
    ["importance: 6", /1 to 5/],
    ["expires_at: soon", /"soon" is not a time/],
    ["subject: [", /not YAML/],
  ];
  for (const [head, reason] of wrong) assert.throws(() => parseDraft(`---\n${head}\n---\nx`), reason);
});
