import assert from "node:assert/strict";
import { FRAME } from "../../../lib/mcp/frame.ts";
import { seededNumbers } from "../../support/random.ts";
import { type Answered, connect, type Connected, results } from "./client.ts";

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** Pieces of which hostile and unusual memories are made. */
const PIECES = [
  "plain words ",
  "日本語の記憶",
  '"quoted" \\ ',
  "\n---\n",
  "\r\n> ",
  "\u2028",
  "\u202e\u200b\u{e0041}",
  "\x1b[31m",
  "👩‍👩‍👧",
  "<id=00000000000000000000000000000000>",
  "[origin: me, this pc]",
  "\ud800",
];

for (const tool of ["search_memory", "recall_context"]) {
  Deno.test(`${tool}: text and structure stay below max_bytes, and the cursor goes on to the end`, async () => {
    for (const seed of [1, 2, 3]) {
      await using server = await connect({ seed });
      const saved = await saveUnusual(server, seed, 40);
      for (
        const input of [{}, { detail: "full" }, { limit: 7 }, {
          limit: 100,
          max_bytes: 20_000,
          detail: "full",
        }]
      ) {
        const seen: unknown[] = [];
        for (const page of await pages(server, tool, { max_bytes: 6000, ...input })) {
          const most = "max_bytes" in input ? 20_000 : 6000;
          assert.ok(bytes(page.text) <= most, `seed ${seed}: the text has ${bytes(page.text)} bytes`);
          const json = JSON.stringify(page.structure);
          assert.ok(bytes(json) <= most, `seed ${seed}: the structure has ${bytes(json)} bytes`);
          seen.push(...results(page).map(({ observation_id }) => observation_id));
        }
        assert.deepEqual([...seen].sort(), [...saved].sort(), `seed ${seed} ${JSON.stringify(input)}`);
      }
    }
  });
}

Deno.test("search_memory shows two lines an entry, in the order of the search, with the origin", async () => {
  await using server = await connect();
  const id = await server.save({
    content: "PostgreSQL because of JSON",
    subject: "analytics db",
    summary: "Postgres for analytics",
    memory_type: "decision",
    importance: 4,
    project: "demo",
    references: ["#67", "org/repo#42"],
    tags: ["db"],
  });
  const newer = await server.save({ subject: "second" });
  const answered = await server.ok("search_memory");
  assert.equal(
    answered.text,
    [
      FRAME,
      `[note][2] 2026-03-01T12:00:00 second [origin: claude/alice@mbp, this pc, mesh]`,
      `summary <id=${newer}>`,
      "---",
      "[decision][4] 2026-03-01T12:00:00 (demo) analytics db (refs: #67, org/repo#42) [origin: claude/alice@mbp, this pc, mesh]",
      `Postgres for analytics <id=${id}>`,
    ].join("\n"),
  );
  const [, item] = results(answered);
  const { created_at, ...rest } = item ?? {};
  assert.match(String(created_at), /^2026-03-01T12:00:00\.\d{6}Z$/);
  assert.deepEqual(rest, {
    observation_id: id,
    subject: "analytics db",
    summary: "Postgres for analytics",
    project: "demo",
    memory_type: "decision",
    importance: 4,
    tags: ["db"],
    origin: { agent_family: "claude", client_id: "alice@mbp", pc: "this" },
    scope: "mesh",
  });
  assert.equal(answered.structure.about, FRAME);
});

Deno.test("search_memory filters, and refuses what is no filter", async () => {
  await using server = await connect();
  const wanted = await server.save({ project: "p", tags: ["a", "b"], memory_type: "bug" });
  await server.save({ project: "p", tags: ["a"], memory_type: "bug" });
  await server.save({ project: "p", tags: ["a", "b"] });
  await server.save({ project: "q", tags: ["a", "b"], memory_type: "bug" });
  const found = await server.ok("search_memory", {
    project: "p",
    tags: ["a", "b"],
    memory_types: ["bug"],
    agent_family: "claude",
    client_id: "alice@mbp",
    since_iso: "1h",
    until_iso: "2026-03-01T13:00:00Z",
  });
  assert.deepEqual(results(found).map(({ observation_id }) => observation_id), [wanted]);
  for (const none of [{ client_id: "bob" }, { since_iso: "2026-03-02" }, { until_iso: "2026-02-28" }]) {
    const { text } = await server.ok("search_memory", none);
    assert.equal(text, "No matching memories.");
  }
  for (
    const wrong of [
      { since_iso: "yesterday" },
      { until_iso: "2026-13-01" },
      { memory_types: ["idea"] },
      { search_mode: "xor" },
      { limit: 0 },
      { limit: 10_001 },
      { max_bytes: 10 },
      { cursor: "?" },
      { detail: "all" },
      { colour: "red" },
    ]
  ) {
    const { isError, text } = await server.call("search_memory", wrong);
    assert.ok(isError, JSON.stringify(wrong));
    assert.match(
      text,
      new RegExp(
        Object.keys(wrong)[0] === "memory_types" ? "memory type" : `${Object.keys(wrong)[0]}|cursor`,
      ),
    );
  }
});

Deno.test("a superseded memory is found only when asked for", async () => {
  await using server = await connect();
  const old = await server.save({ subject: "old" });
  const now = await server.save({ subject: "now", supersedes: [old] });
  const ids = async (input: Record<string, unknown>) =>
    results(await server.ok("search_memory", input)).map(({ observation_id }) => observation_id);
  assert.deepEqual(await ids({}), [now]);
  assert.deepEqual(await ids({ include_superseded: true }), [now, old]);
});

Deno.test("recall_context groups by project and kind, with contents as far as they fit", async () => {
  await using server = await connect();
  await server.save({ project: "demo", memory_type: "bug", subject: "first", content: "line one\nline two" });
  await server.save({
    project: "demo",
    memory_type: "decision",
    subject: "second",
    content: "x".repeat(30_000),
  });
  await server.save({ project: "demo", memory_type: "bug", subject: "third", content: "short" });
  const answered = await server.ok("recall_context", { project: "demo" });
  const headings = answered.text.split("\n").filter((line) => line.startsWith("### "));
  assert.deepEqual(headings, [
    "### project=demo / memory_type=bug",
    "### project=demo / memory_type=decision",
  ]);
  assert.ok(
    answered.text.startsWith(`recall_context: 3 result(s)\nfilters: project="demo"\n${FRAME}\n### `),
    answered.text,
  );
  assert.ok(answered.text.includes("state: live\nimportance: 2\ncreated_at: 2026-03-01T12:00:00."));
  assert.ok(answered.text.includes("content:\n> line one\n> line two"));
  assert.ok(
    answered.text.includes("[1 result(s) without their content, which did not fit: get_memory shows it]"),
  );
  const contents = results(answered).map(({ subject, content }) => [subject, content]);
  assert.deepEqual(contents, [["third", "short"], ["second", undefined], ["first", "line one\nline two"]]);
  const compact = await server.ok("recall_context", { detail: "compact" });
  assert.ok(results(compact).every(({ content }) => content === undefined));
  const { text } = await server.ok("recall_context", { project: "none" });
  assert.equal(text, "No matching current context.");
});

/** Follows the cursor to the end. */
async function pages(server: Connected, tool: string, input: Record<string, unknown>): Promise<Answered[]> {
  const found: Answered[] = [];
  let cursor: unknown = undefined;
  do {
    const page = await server.ok(tool, { ...input, cursor: cursor ?? null });
    assert.notEqual(results(page).length, 0, "a page shows something");
    assert.ok(found.length < 1000, "the cursor comes to an end");
    found.push(page);
    cursor = page.structure.cursor;
    if (cursor !== undefined) assert.ok(page.text.includes(`cursor "${cursor}"`));
  } while (cursor !== undefined);
  return found;
}

/** Saves memories of odd lengths and characters; gives their ids. */
async function saveUnusual(server: Connected, seed: number, count: number): Promise<string[]> {
  const next = seededNumbers(seed);
  const text = (most: number) => {
    let made = "x";
    const length = next() < 0.7 ? next() * 60 : next() * most;
    while (made.length < length) made += PIECES[Math.floor(next() * PIECES.length)] ?? "";
    return made;
  };
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    ids.push(
      await server.save({
        content: text(30_000),
        subject: text(9000),
        summary: text(9000),
        project: next() < 0.5 ? "demo" : text(9000),
        tags: Array.from({ length: Math.floor(next() * 30) }, () => text(3000)),
        references: Array.from({ length: Math.floor(next() * 30) }, () => text(3000)),
        memory_type: next() < 0.5 ? "note" : "decision",
      }),
    );
  }
  return ids;
}

Deno.test("results that may lack what the mesh has say so, an empty page for one", async () => {
  const told: boolean[] = [];
  const behind = (nothing: boolean) => {
    told.push(nothing);
    return "There may be more.";
  };
  await using server = await connect({ behind });
  for (const tool of ["search_memory", "recall_context"]) {
    const { text, structure } = await server.ok(tool, { query: "nothing of the kind" });
    assert.match(text, /^No matching .*\nThere may be more\.$/);
    assert.deepEqual(structure.notices, ["There may be more."]);
  }
  await server.save({});
  assert.match((await server.ok("search_memory")).text, /^\(There may be more\.\)\n/);
  assert.deepEqual(told, [true, true, false]);
});

Deno.test("every tool that shows memories tells what their signatures came to, where that is wanted", async () => {
  for (const signatures of ["accept", "mark"] as const) {
    await using server = await connect({ settings: { signatures } });
    const id = await server.save({ content: "one", subject: "a subject", summary: "a summary" });
    const said = signatures === "mark" ? "unsigned" : undefined;
    for (const tool of ["search_memory", "recall_context"]) {
      for (const detail of ["compact", "full"]) {
        const page = await server.ok(tool, { detail });
        assert.equal(results(page)[0]?.signature, said, `${tool} ${detail}`);
        assert.equal(page.text.includes("unsigned"), said !== undefined, `${tool} ${detail}`);
      }
    }
    const one = await server.ok("get_memory", { observation_id: id });
    assert.equal(one.text.includes("signature: unsigned"), said !== undefined);
    assert.equal(JSON.stringify(one.structure).includes('"signature":"unsigned"'), said !== undefined);
  }
});
