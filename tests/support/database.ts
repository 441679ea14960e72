import { DatabaseSync } from "node:sqlite";
import { sha256 } from "../../lib/core/digest.ts";
import { MESH } from "../../lib/core/scope.ts";
import { mergeObservation, mergeTombstone } from "../../lib/memory/records.ts";
import { quarantine } from "../../lib/store/quarantine.ts";
import { formatTombstone } from "../../lib/memory/tombstone.ts";
import { cellsOf } from "../../lib/store/cells.ts";
import { PAGE } from "../../lib/store/log.ts";
import { openStore } from "../../lib/store/open.ts";
import { Pages } from "../../lib/store/pages.ts";
import { enqueue } from "../../lib/store/outbox.ts";
import { testClock } from "./clock.ts";
import { observationOf, TEST_AUTHOR, testId } from "./observations.ts";
import { seededNumbers } from "./random.ts";

/**
 * Fills a database with `count` records of every kind, from the number `first` on: payloads of none to five overflow
 * pages, inner pages, deletions, bodies that were dropped, and pages that became free with what they held.
 */
export function fillDatabase(path: string, count: number, first = 0): void {
  const clock = testClock();
  const store = openStore(path, clock);
  const next = seededNumbers(first + 41);
  try {
    for (let n = first; n < first + count; n++) {
      store.write(() => {
        const author = { ...TEST_AUTHOR, sessionId: `session-${n % 7}` };
        const content = `設計 ${n} ` + "x".repeat(Math.floor(next() ** 4 * 20_000));
        mergeObservation(
          store,
          observationOf({ id: testId(n), author, content, tags: [`t${n % 5}`] }),
          clock(),
        );
        if (n % 6 === 0) mergeTombstone(store, formatTombstone(testId(n), "test", clock()), MESH, author);
        if (n % 9 === 0) {
          const allowed = n % 2 === 0 ? null : clock();
          store.run("INSERT INTO secret_flag VALUES (?, 'mesh', 'rule', 'content', ?)", testId(n), allowed);
        }
        if (n % 10 === 0) enqueue(store, "observation", testId(n), "mesh", clock());
        if (n % 8 === 0) store.run("INSERT INTO at_home VALUES (?, 'mesh')", testId(n));
        if (n % 11 === 0) {
          quarantine(store, { key: `key ${n}`, reason: "r", seenAt: clock(), payload: content });
        }
        if (n % 12 === 0) store.run("DELETE FROM observation WHERE id = ?", testId(n));
      });
    }
    // Whole pages become free, with what they held still in them.
    store.write(() => {
      for (let n = first + 60; n < first + 90 && n < first + count; n++) {
        mergeTombstone(store, formatTombstone(testId(n), "test", clock()), MESH, TEST_AUTHOR);
        store.run("DELETE FROM observation WHERE id = ?", testId(n));
      }
    });
  } finally {
    store.close();
  }
}

/** The rows of a query as arrays, read without our code; of long texts the first characters and the digest. */
export function rowsOf(path: string, sql: string): unknown[][] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return db.prepare(sql).all().map((row) => Object.values(row).map(shortened));
  } finally {
    db.close();
  }
}

/** What SQLite finds wrong with a database: `["ok"]` when nothing is, the search index included. */
export function integrity(path: string): string[] {
  const db = new DatabaseSync(path);
  try {
    const problems = db.prepare("PRAGMA integrity_check").all().map((row) => String(row.integrity_check));
    db.exec("INSERT INTO search_index (search_index) VALUES ('integrity-check')");
    return problems;
  } finally {
    db.close();
  }
}

/**
 * Writes noise over the bytes of the search index, `share` of them, so that SQLite finds nothing wrong with the file.
 * Past SQLite, which forbids to write its shadow tables.
 */
export function damageIndex(path: string, next: () => number, share: number): void {
  const bytes = Deno.readFileSync(path);
  using pages = new Pages(path);
  for (let page = 2; page <= pages.count; page++) {
    for (const { row, values } of cellsOf(pages, page)) {
      const [, block] = values;
      if (row === undefined || values.length !== 2 || !(block instanceof Uint8Array) || block.length < 8) {
        continue;
      }
      const start = placeOf(bytes.subarray((page - 1) * PAGE, page * PAGE), block) + (page - 1) * PAGE;
      for (let at = start; at < start + block.length; at++) {
        if (next() < share) bytes[at] = Math.floor(next() * 256);
      }
    }
  }
  Deno.writeFileSync(path, bytes);
}

function placeOf(page: Uint8Array, block: Uint8Array): number {
  for (let at = 0; at + block.length <= page.length; at++) {
    if (block.every((byte, index) => page[at + index] === byte)) return at;
  }
  throw new RangeError("The block goes on in other pages");
}

/** A long text so shortened that differences can be read. */
export function shortened(value: unknown): unknown {
  if (typeof value !== "string" || value.length < 100) return value;
  return `${value.slice(0, 60)}… ${sha256(value)}`;
}
