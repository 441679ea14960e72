import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { MemoryContext } from "../../../../lib/memory/context.ts";
import { deleteMemory } from "../../../../lib/memory/delete.ts";
import { type NewMemory, saveMemory } from "../../../../lib/memory/save.ts";
import { INDEX_DAMAGED } from "../../../../lib/memory/search/index.ts";
import { rebuildIndex } from "../../../../lib/memory/search/rebuild.ts";
import { searchMemories } from "../../../../lib/memory/search/search.ts";
import { readMeta, writeMeta } from "../../../../lib/store/meta.ts";
import { openStore } from "../../../../lib/store/open.ts";
import { number } from "../../../../lib/store/row.ts";
import { testClock } from "../../../support/clock.ts";
import { type TestContext, testContext } from "../../../support/context.ts";
import { tempFolder } from "../../../support/folder.ts";

/** Damages that a search index can have: statements, or a page to overwrite. */
const DAMAGES: Readonly<Record<string, string | ((database: DatabaseSync) => number)>> = {
  "its data is gone": "DROP TABLE search_index_data",
  "its settings are gone": "DROP TABLE search_index_config",
  "its settings are empty": "DELETE FROM search_index_config",
  "its page index is gone": "DROP TABLE search_index_idx",
  "its averages are gone": "DELETE FROM search_index_data WHERE id < 20",
  "everything of it is gone":
    "DROP TABLE search_index_data; DROP TABLE search_index_idx; DROP TABLE search_index_config; DROP TABLE search_index_docsize",
  "a page of it is overwritten": (database) =>
    number({
      ...database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'search_index_data'").get(),
    }, "rootpage"),
};

function save(context: MemoryContext, content: string, more: Partial<NewMemory> = {}): string {
  const plain: NewMemory = {
    content,
    subject: "",
    summary: "",
    project: "",
    tags: [],
    memoryType: "note",
    importance: 3,
    sourceFiles: [],
    references: [],
    supersedes: [],
    visibility: undefined,
    expiresAt: undefined,
    allowSecret: false,
  };
  return saveMemory(context, { ...plain, ...more }).observation.id;
}

function find(context: MemoryContext, query: string): { found: string[]; notices: readonly string[] } {
  const request = {
    query,
    mode: undefined,
    filters: {},
    limit: 2000,
    includeSuperseded: false,
    cursor: undefined,
  };
  const { hits, notices } = searchMemories(context, request);
  return { found: hits.map(({ stored }) => stored.observation.content), notices };
}

function fill(context: MemoryContext, count: number): void {
  for (let index = 0; index < count; index++) {
    save(context, `memory ${index} of ${index % 3 === 0 ? "redis" : "postgres"} 設定${index}`, {
      tags: [`t${index % 5}`],
    });
  }
}

const QUERIES = ["redis", "postgres memory 7", "設定", "tag:t3", "redis tag:t3"];

Deno.test("an index that was made anew gives the same answers", () => {
  using context = testContext();
  fill(context, 700);
  const before = QUERIES.map((query) => find(context, query));
  const steps: number[] = [];
  const rebuilt = rebuildIndex(context.store, (done) => void steps.push(done));
  assert.deepEqual(rebuilt, { indexed: 700, spaceLost: false });
  assert.deepEqual(QUERIES.map((query) => find(context, query)), before);
  assert.deepEqual(steps, steps.toSorted((a, b) => a - b));
  assert.equal(steps.at(-1), 700);
});

Deno.test("what is saved, deleted and brought back while the index is made anew is in it as it should be", () => {
  using context = testContext();
  const early = save(context, "an early one about redis, to be deleted");
  fill(context, 600);
  const first = find(context, "redis").found.length;
  let step = 0;
  rebuildIndex(context.store, () => {
    if (++step !== 2) return;
    assert.ok(find(context, "redis").found.length > 0, "the old index answers meanwhile");
    save(context, "saved meanwhile");
    deleteMemory(context, early, "test");
  });
  assert.deepEqual(find(context, "meanwhile").found, ["saved meanwhile"]);
  assert.equal(find(context, "redis").found.length, first - 1);
  const rows = context.store.get(
    "SELECT count(*) AS rows FROM search_index_docsize",
    [],
    (row) => number(row, "rows"),
  );
  assert.equal(rows, 601);
});

Deno.test("an interrupted rebuild goes on where it was", () => {
  using context = testContext();
  fill(context, 900);
  const before = QUERIES.map((query) => find(context, query));
  assert.throws(() =>
    rebuildIndex(context.store, (done) => {
      if (done >= 500) throw new Error("interrupted");
    }), /interrupted/);
  const removed = save(context, "removed before it goes on");
  deleteMemory(context, removed, "test");
  const steps: number[] = [];
  rebuildIndex(context.store, (done) => void steps.push(done));
  assert.ok((steps[0] ?? 0) > 500, `it went on at ${steps[0]}`);
  assert.deepEqual(QUERIES.map((query) => find(context, query)), before);
});

Deno.test("an index that was noted as damaged is neither written nor asked", () => {
  using context = testContext();
  save(context, "before");
  writeMeta(context.store, INDEX_DAMAGED, "yes");
  save(context, "after, about redis");
  assert.deepEqual(find(context, "redis").found, ["after, about redis"]);
  assert.match(find(context, "redis").notices.join(), /damaged.*reindex/);
});

Deno.test("an index of another analyzer is told of and made anew", () => {
  using context = testContext();
  save(context, "one memory");
  assert.deepEqual(find(context, "memory").notices, []);
  writeMeta(context.store, "index_analyzer", "0");
  assert.match(find(context, "memory").notices.join(), /another version.*reindex/);
  rebuildIndex(context.store, () => {});
  assert.deepEqual(find(context, "memory").notices, []);
});

for (const [what, damage] of Object.entries(DAMAGES)) {
  Deno.test(`a damaged index stops neither saving nor searching, and is made anew: ${what}`, () => {
    using folder = tempFolder();
    const path = folder.at("kioku.db");
    {
      using context = open(path);
      fill(context, 300);
    }
    apply(path, damage);
    using context = open(path);
    save(context, "saved after the damage about redis");
    const searched = find(context, "redis");
    assert.equal(searched.found.length, 101);
    assert.ok(searched.found.includes("saved after the damage about redis"));
    assert.match(searched.notices.join(), /damaged.*reindex/);
    assert.ok(find(context, "tag:t3").found.length > 0);
    assert.equal(readMeta(context.store, INDEX_DAMAGED), "yes");
    const { indexed, spaceLost } = rebuildIndex(context.store, () => {});
    assert.equal(indexed, 301);
    assert.equal(spaceLost, typeof damage !== "string");
    const after = find(context, "redis");
    assert.deepEqual(after.notices, []);
    assert.deepEqual(after.found.toSorted(), searched.found.toSorted());
    assert.equal(readMeta(context.store, INDEX_DAMAGED), undefined);
    save(context, "saved after the cure about redis");
    assert.equal(find(context, "redis").found.length, 102);
    const check = context.store.all("PRAGMA integrity_check", [], (row) => row.integrity_check);
    if (!spaceLost) assert.deepEqual(check, ["ok"]);
  });
}

function open(path: string): TestContext {
  const clock = testClock();
  return testContext({ store: openStore(path, clock), clock, seed: path.length + Deno.statSync(path).size });
}

function apply(path: string, damage: string | ((database: DatabaseSync) => number)): void {
  const database = new DatabaseSync(path);
  // Later versions of Deno protect the index's tables unless they are told not to.
  if ("enableDefensive" in database && typeof database.enableDefensive === "function") {
    database.enableDefensive(false);
  }
  if (typeof damage === "string") database.exec(damage);
  const page = typeof damage === "string" ? undefined : damage(database);
  database.close();
  if (page === undefined) return;
  using file = Deno.openSync(path, { write: true });
  file.seekSync((page - 1) * 4096, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(4096).fill(0xa5));
}
