import { StoreFailure } from "../../store/failure.ts";
import { number } from "../../store/row.ts";
import { searchIndexTable } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { readStored, STORED_COLUMNS } from "../records.ts";
import { insertInto, isDamage } from "./index.ts";
import { noteRebuilt, noteSound, readIndexState } from "./index_state.ts";

/** Called after each batch. */
export type RebuildProgress = (done: number, total: number) => void;

// As many as another process's save can wait for: 25 ms.
const BATCH = 250;
const SHADOWS = ["data", "idx", "content", "docsize", "config"];

/** What making the index anew came to. */
export interface Rebuilt {
  /** How many memories the index holds. */
  readonly indexed: number;
  /** The old index was too damaged to give back the space that it took. */
  readonly spaceLost: boolean;
}

/**
 * Makes the search index anew from the records, beside the old one, which answers meanwhile; what is saved meanwhile goes
 * to both. Interrupted, it goes on where it was when it is called again.
 */
export function rebuildIndex(store: Store, progress: RebuildProgress): Rebuilt {
  return store.bulk(() => rebuild(store, progress));
}

function rebuild(store: Store, progress: RebuildProgress): Rebuilt {
  const total = countLive(store, 0);
  store.write(() => begin(store));
  let indexed = total - countLive(store, readIndexState(store).rebuiltTo ?? 0);
  for (;;) {
    const added = store.write(() => fill(store));
    indexed += added;
    progress(Math.min(indexed, total), total);
    if (added > 0) continue;
    const swapped = swap(store);
    if (swapped !== undefined) return { indexed, spaceLost: swapped === "space lost" };
  }
}

function begin(store: Store): void {
  if (readIndexState(store).rebuiltTo !== undefined && exists(store, "search_index_new")) return;
  discard(store, "search_index_new");
  store.script(searchIndexTable("search_index_new"));
  noteRebuilt(store, 0);
}

function fill(store: Store): number {
  const { rebuiltTo } = readIndexState(store);
  if (rebuiltTo === undefined) {
    throw new StoreFailure(
      "make the search index anew",
      "other",
      "another process has stopped it. Run it again",
    );
  }
  const batch = store.all(
    `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author
      WHERE o.state = 0 AND o.row > ? ORDER BY o.row LIMIT ${BATCH}`,
    [rebuiltTo],
    readStored,
  );
  for (const { row, observation } of batch) insertInto(store, "search_index_new", row, observation);
  const last = batch.at(-1);
  if (last !== undefined) noteRebuilt(store, last.row);
  return batch.length;
}

// Puts the new index in the place of the old one; undefined when records have come that it does not have yet.
function swap(store: Store): "done" | "space lost" | undefined {
  const shadows = SHADOWS.map((shadow) => `search_index_${shadow}`);
  const ways = [
    () => store.script("DROP TABLE search_index"),
    // FTS5 cannot open it: SQLite is made to forget it, and what it kept its data in is dropped.
    () => {
      forget(store, ["search_index"]);
      for (const shadow of shadows) store.script(`DROP TABLE IF EXISTS ${shadow}`);
    },
    // Pages of it cannot be read: they stay in the file, unused.
    () => forget(store, ["search_index", ...shadows]),
  ];
  for (const [index, remove] of ways.entries()) {
    try {
      if (!store.write(() => exchange(store, remove))) return undefined;
      return index < 2 ? "done" : "space lost";
    } catch (error) {
      if (!isDamage(error) || index === ways.length - 1) throw error;
    }
  }
  return undefined;
}

function exchange(store: Store, remove: () => void): boolean {
  // Looked for in the transaction that swaps, so that no record is missed.
  const { rebuiltTo = 0 } = readIndexState(store);
  const more = store.get("SELECT 1 FROM observation WHERE state = 0 AND row > ? ORDER BY row LIMIT 1", [
    rebuiltTo,
  ], () => true);
  if (more) return false;
  remove();
  store.script("ALTER TABLE search_index_new RENAME TO search_index");
  noteRebuilt(store, undefined);
  noteSound(store);
  return true;
}

function discard(store: Store, table: string): void {
  if (exists(store, table)) store.script(`DROP TABLE ${table}`);
}

function forget(store: Store, tables: readonly string[]): void {
  const names = tables.map((name) => `'${name}'`).join(", ");
  store.overrule(`PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE tbl_name IN (${names});
    PRAGMA writable_schema = RESET`);
}

function exists(store: Store, table: string): boolean {
  return store.get("SELECT 1 FROM sqlite_schema WHERE name = ?", [table], () => true) ?? false;
}

function countLive(store: Store, after: number): number {
  const sql = "SELECT count(*) AS count FROM observation WHERE state = 0 AND row > ?";
  return store.get(sql, [after], (row) => number(row, "count")) ?? 0;
}
