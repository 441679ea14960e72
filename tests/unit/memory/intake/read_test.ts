import assert from "node:assert/strict";
import { MESH, type Scope } from "../../../../lib/core/scope.ts";
import { looksLikeBasicMemory, readBasicMemory } from "../../../../lib/memory/intake/basic_memory.ts";
import type { Entry } from "../../../../lib/memory/intake/entry.ts";
import { looksExported, readExported } from "../../../../lib/memory/intake/exported.ts";
import { readJsonLines } from "../../../../lib/memory/intake/jsonl.ts";
import { readMcpMemory } from "../../../../lib/memory/intake/mcp_memory.ts";
import { readSections } from "../../../../lib/memory/intake/sections.ts";
import {
  MARKDOWN_START,
  markdownEntry,
  markdownFile,
  markdownPath,
} from "../../../../lib/memory/markdown.ts";
import { observationKey } from "../../../../lib/memory/records.ts";
import { MEMORY_TYPES, type Observation } from "../../../../lib/memory/observation.ts";
import { observationOf, testId } from "../../../support/observations.ts";
import { anyText } from "../search/any_text.ts";

const MARKERS = [
  "",
  "\n",
  "<!-- kioku-mesh:end -->",
  "a\n<!-- kioku-mesh:memory {} -->\nb",
  "<!-- \\kioku-mesh:end -->\r\n<!-- \\\\kioku-mesh:x",
  "---\nx: 1\n---\n\n",
];
const SCOPES: readonly Scope[] = [MESH, { tier: "user", id: "alice" }, { tier: "team", id: "acme" }];

function anyObservation(seed: number): Observation {
  return observationOf({
    id: testId(seed),
    scope: SCOPES[seed % 3] ?? MESH,
    content: MARKERS[seed] ?? anyText(seed, seed % 50),
    subject: anyText(seed + 1, 5),
    summary: anyText(seed + 2, 9),
    project: anyText(seed + 3, 1),
    tags: [anyText(seed + 4, 1), "b", ""].slice(0, 1 + seed % 2),
    memoryType: MEMORY_TYPES[seed % 6] ?? "note",
    importance: 1 + seed % 5,
    createdAt: 1_700_000_000_000_000 + seed,
    sourceFiles: seed % 2 === 0 ? [] : ["src/x.ts"],
    supersedes: seed % 3 === 0 ? [testId(1)] : [],
    expiresAt: seed % 4 === 0 ? 1_900_000_000_000_001 : undefined,
  });
}

Deno.test("a memory that was written as Markdown and not edited is the same record to the byte", () => {
  const all = Array.from({ length: 150 }, (_, seed) => anyObservation(seed));
  const expected = all.map((one) => ({ key: observationKey(one), payload: one.payload }));
  const record = (entry: Entry) => {
    assert.equal(entry.kind, "exported", JSON.stringify(entry));
    assert.ok(entry.kind === "exported");
    return entry.record === undefined
      ? `not rebuilt: ${entry.where}`
      : { key: entry.record.key, payload: entry.record.payload };
  };
  const oneFile = `${MARKDOWN_START}${all.map(markdownEntry).join("")}`;
  assert.ok(looksExported(oneFile));
  assert.ok(looksExported(MARKDOWN_START));
  assert.deepEqual([...readExported(MARKDOWN_START, "x.md")], [], "an export of nothing holds nothing");
  assert.deepEqual([...readExported(oneFile, "x.md")].map(record), expected);
  for (const [n, one] of all.entries()) {
    assert.deepEqual([...readExported(markdownFile(one), "x.md")].map(record), [expected[n]], `seed ${n}`);
  }
});

Deno.test("an edited Markdown memory says what is new; one that is damaged says why, and stops nothing", () => {
  const [a, b] = [anyObservation(30), anyObservation(31)];
  const text = `# Memories\n\n${markdownEntry(a)}${markdownEntry(b)}`;
  const cut = text.replace('"id":"', '"id":"x');
  const [first, second] = [...readExported(cut, "x.md")];
  assert.ok(
    first?.kind === "unreadable" && /its id/.test(first.reason) && first.where === "line 7",
    JSON.stringify(first),
  );
  assert.ok(second?.kind === "exported" && second.record !== undefined);
  const edited = markdownFile(a).replace(/^importance: .*$/m, "importance: 5").replace(
    /^tags:$/m,
    "tags: x\nold:",
  );
  const [entry] = [...readExported(edited, "x.md")];
  assert.ok(entry?.kind === "exported" && entry.record === undefined);
  assert.deepEqual([entry.id, entry.fields.importance, entry.fields.tags], [a.id, 5, ["x"]]);
  for (
    const [from, to, reason] of [
      [/ -->\n/, " --\n", /damaged/],
      ["<!-- kioku-mesh:end -->", "", /is missing/],
      ['"importance":', '"importance":9', /1 to 5/],
    ] as const
  ) {
    const [only] = [...readExported(`# Memories\n\n${markdownEntry(a)}`.replace(from, to), "x.md")];
    assert.ok(only?.kind === "unreadable" && reason.test(only.reason), String(from));
  }
});

Deno.test("a memory's path is safe on every system", () => {
  for (
    const subject of [
      "../../etc/passwd",
      'a/b\\c:d*e?f"g<h>i|j',
      "",
      ".",
      "日本語の題名".repeat(30),
      "CON",
      "\0",
    ]
  ) {
    const path = markdownPath(observationOf({ id: testId(1), subject, project: `../${subject}` }));
    assert.match(path, /^([\p{L}\p{N}][\p{L}\p{M}\p{N}-]*\/)?\d{4}-\d\d-\d\d-[\p{L}\p{M}\p{N}-]+\.md$/u);
    for (const part of path.split("/")) assert.ok(new TextEncoder().encode(part).length <= 255, path);
  }
});

Deno.test("lines that are no records are told by their number", () => {
  const lines = ['{"key": "k", "payload": "p"}', "", "{", '{"key": 1, "payload": ""}', undefined];
  const entries = [...readJsonLines(lines.map((text, n) => ({ text, number: n + 1, read: 0 })))];
  assert.deepEqual(entries.map(({ kind, where }) => `${kind} ${where}`), [
    "record line 1",
    "unreadable line 3",
    "unreadable line 4",
    "unreadable line 5",
  ]);
});

Deno.test("the official memory server's graph: an entity is a note with its observations and relations", () => {
  const lines = [
    { type: "entity", name: "Ada", entityType: "person", observations: ["likes tea", "likes tea"] },
    { type: "relation", from: "Ada", to: "Acme", relationType: "works_at" },
    { type: "relation", from: "Nobody", to: "Ada", relationType: "knows" },
    { type: "entity", name: "Ada", entityType: "person", observations: ["likes tea", "writes code"] },
    { type: "entity", name: 1, entityType: "x", observations: [] },
    { type: "entity", name: "x", entityType: "x", observations: [1] },
    ["entity"],
  ].map((value, n) => ({ text: JSON.stringify(value), number: n + 1, read: 0 }));
  const entries = [...readMcpMemory(lines, "~/memory.json", "p")];
  const unreadable = entries.filter(({ kind }) => kind === "unreadable").map(({ where }) => where);
  assert.deepEqual(unreadable, ["line 5", "line 6", "line 7"]);
  const notes = entries.flatMap((entry) => entry.kind === "note" ? [entry.note] : []);
  assert.deepEqual(notes.map(({ subject }) => subject), ["Ada (person)", "Nobody"]);
  assert.deepEqual(
    [notes[0]?.content, notes[0]?.tags, notes[0]?.references],
    ["Ada (person)\n- likes tea\n- writes code\n- works_at Acme", ["person"], ["mcp-memory:Acme"]],
  );
});

Deno.test("a note of basic-memory: title, tags of head and observations, relations, time", () => {
  const text = [
    "---\ntitle: Coffee\ntags: [brewing, '#hot']\npermalink: drinks/coffee\ntype: decision\ncreated: 2024-05-01\n---",
    "# Coffee\n\n- [method] Pour over #slow #日本 (see #not/too)\n- [ ] a task #no\n- [x] done #no",
    "- [a link](http://x) #no\n* [tip] more #brewing\n- relates_to [[Tea]]\nand [[Cup|cups]], [[Tea]] again #no\n",
  ].join("\n");
  assert.ok(looksLikeBasicMemory(text));
  assert.ok(!looksLikeBasicMemory("# Plain\n\n- [ ] task\n- [link](x)\n"));
  const file = { text, path: "a/b.md", source: "~/a/b.md", project: "", modifiedAt: 5 };
  const [entry] = [...readBasicMemory(file)];
  assert.ok(entry?.kind === "note");
  const { note } = entry;
  assert.deepEqual(
    [note.name, note.subject, note.memoryType, note.tags, note.references],
    ["drinks/coffee", "Coffee", "decision", ["brewing", "hot", "slow", "日本", "not/too"], [
      "[[Tea]]",
      "[[Cup]]",
    ]],
  );
  assert.equal(note.createdAt, Date.UTC(2024, 4, 1) * 1000);
  assert.ok(note.content.startsWith("# Coffee") && note.content.endsWith("again #no"));
  const [plain] = [...readBasicMemory({ ...file, text: "just text" })];
  assert.ok(plain?.kind === "note");
  assert.deepEqual([plain.note.name, plain.note.subject, plain.note.createdAt], ["a/b.md", "b", 5]);
  const [bad] = [...readBasicMemory({ ...file, text: "---\na: [\n---\n" })];
  assert.equal(bad?.kind, "unreadable");
});

Deno.test("instructions for agents: each section with text of its own, by the way to it; code and our own part are none", () => {
  const text = [
    "before\n\n# A `b`\n\ntext\n\n```\n# no heading\n```\n\n## B\n\n### C\n\ndeep\n\n## Same\n\n1\n\n## Same\n\n2\n",
    "<!-- kioku-mesh:begin -->\n# Memory\nours\n<!-- kioku-mesh:end -->\n\nD\n=\n\nlast\n\n    # code\n",
  ].join("\n");
  const sections = [...readSections({ text, file: "CLAUDE.md", source: "s", project: "p" })]
    .flatMap((entry) =>
      entry.kind === "note" ? [[entry.note.name, entry.note.subject, entry.note.content]] : []
    );
  assert.deepEqual(sections, [
    ["CLAUDE.md#", "CLAUDE.md", "before"],
    ["CLAUDE.md#A `b`", "A `b`", "text\n\n```\n# no heading\n```"],
    ["CLAUDE.md#A `b` > B > C", "A `b` > B > C", "deep"],
    ["CLAUDE.md#A `b` > Same", "A `b` > Same", "1"],
    ["CLAUDE.md#A `b` > Same (2)", "A `b` > Same", "2"],
    ["CLAUDE.md#D", "D", "last\n\n    # code"],
  ]);
});
