import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { recognise, type SalvagedRow } from "../../../lib/memory/salvaged.ts";
import { cellsOf } from "../../../lib/store/cells.ts";
import { Pages } from "../../../lib/store/pages.ts";
import type { Value } from "../../../lib/store/row.ts";
import { fillDatabase, rowsOf, shortened } from "../../support/database.ts";
import { tempFolder } from "../../support/folder.ts";
import { seededNumbers } from "../../support/random.ts";

const TABLES = ["author", "observation", "tombstone", "quarantine", "secret_flag", "outbox"] as const;

/** The rows of a table as SQLite gives them, as JSON, in the order of the texts; the key of a rowid table left out. */
function rowsBySqlite(path: string, table: string): string[] {
  const hasKey = !["tombstone", "secret_flag"].includes(table);
  return rowsOf(path, `SELECT * FROM ${table}`).map((row) => JSON.stringify(hasKey ? row.slice(1) : row))
    .sort();
}

/** The rows that are found in the pages, by table. */
function rowsByPages(path: string): Map<SalvagedRow["table"], string[]> {
  const found = new Map<SalvagedRow["table"], string[]>();
  using pages = new Pages(path);
  const free = pages.free();
  for (let page = 1; page <= pages.count; page++) {
    if (free.has(page)) continue;
    for (const cell of cellsOf(pages, page)) {
      const row = recognise(cell);
      if (row === undefined) continue;
      const values: readonly Value[] = cell.row === undefined ? cell.values : cell.values.slice(1);
      found.set(row.table, [...found.get(row.table) ?? [], JSON.stringify(values.map(shortened))]);
    }
  }
  for (const rows of found.values()) rows.sort();
  return found;
}

Deno.test("pages give the rows that SQLite gives", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  fillDatabase(path, 600);
  const found = rowsByPages(path);
  for (const table of TABLES) {
    const expected = rowsBySqlite(path, table);
    assert.ok(expected.length > 5, table);
    assert.deepEqual(found.get(table), expected, table);
  }
  assert.equal(found.get("ids")?.length, found.get("observation")?.length);
  using pages = new Pages(path);
  assert.ok(pages.free().size > 0, "the database has free pages to leave out");
});

Deno.test("pages in the write-ahead log count, those after the last commit do not", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  fillDatabase(path, 100);
  const copy = folder.at("copy.db");
  const db = new DatabaseSync(path);
  // Held open, so that nobody brings the log into the database.
  db.exec("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version");
  fillDatabase(path, 60, 1000);
  db.exec("PRAGMA cache_size = 1; BEGIN; UPDATE observation SET payload = payload || 'never committed'");
  for (const side of ["", "-wal"]) Deno.copyFileSync(path + side, copy + side);
  db.exec("ROLLBACK");
  db.close();
  assert.ok(Deno.statSync(`${copy}-wal`).size > 400_000, `${Deno.statSync(`${copy}-wal`).size}`);
  const found = rowsByPages(copy);
  for (const table of TABLES) assert.deepEqual(found.get(table), rowsBySqlite(path, table), table);
});

Deno.test("a damaged frame of the write-ahead log costs only its own page", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  const copy = folder.at("copy.db");
  const db = new DatabaseSync(path);
  // Held open, so that nobody brings the log into the database.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA user_version");
  fillDatabase(path, 200);
  for (const side of ["", "-wal"]) Deno.copyFileSync(path + side, copy + side);
  db.close();
  const log = Deno.readFileSync(`${copy}-wal`);
  const middle = 32 + (24 + 4096) * 100 + 24 + 2000;
  log[middle] = (log[middle] ?? 0) ^ 4;
  Deno.writeFileSync(`${copy}-wal`, log);
  const all = rowsBySqlite(path, "observation");
  const found = new Set(rowsByPages(copy).get("observation"));
  const missing = all.filter((row) => !found.has(row));
  assert.ok(missing.length < 12, `${missing.length} of ${all.length} rows are missing`);
});

Deno.test("pages of any bytes neither throw nor hang", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  fillDatabase(path, 150);
  const sound = Deno.readFileSync(path);
  for (let seed = 1; seed <= 60; seed++) {
    const next = seededNumbers(seed);
    const bytes = sound.slice();
    for (let flips = 0; flips < 2000; flips++) {
      bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
    }
    Deno.writeFileSync(path, bytes);
    using pages = new Pages(path);
    pages.free();
    for (let page = 1; page <= pages.count; page++) for (const cell of cellsOf(pages, page)) recognise(cell);
  }
});
