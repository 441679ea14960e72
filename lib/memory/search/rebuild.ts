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

/**
 * Makes the search index anew from the records, beside the old one, which answers meanwhile; what is saved meanwhile goes
 * to both. Interrupted, it goes on where it was when it is called again. Gives how many memories the index holds.
 */
export function rebuildIndex(store: Store, progress: RebuildProgress): number {
  const total = countLive(store, 0);
  store.write(() => begin(store));
  let done = total - countLive(store, readIndexState(store).rebuiltTo ?? 0);
  for (;;) {
    const added = store.write(() => fill(store));
    done += added;
    progress(Math.min(done, total), total);
    // The batch that finds nothing more and the swap are one transaction, so that no record is missed between them.
    if (added === 0 && swap(store)) return done;
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
    throw new StoreFailure("make the search index anew", "other", "another process has stopped it. Run it again");
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

// Puts the new index in the place of the old one; false when records have come that it does not have yet.
function swap(store: Store): boolean {
  try {
    return store.write(() => exchange(store, () => store.script("DROP TABLE search_index")));
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  // Too damaged to be dropped: SQLite is made to forget it, and the space that it took comes back by VACUUM, if that is
  // possible now.
  const swapped = store.write(() => exchange(store, () => forget(store, "search_index")));
  try {
    store.script("VACUUM");
  } catch {
    // The space stays unused.
  }
  return swapped;
}

function exchange(store: Store, remove: () => void): boolean {
  const { rebuiltTo = 0 } = readIndexState(store);
  if (countLive(store, rebuiltTo) > 0) return false;
  remove();
  store.script("ALTER TABLE search_index_new RENAME TO search_index");
  noteRebuilt(store, undefined);
  noteSound(store);
  return true;
}

function discard(store: Store, table: string): void {
  if (exists(store, table)) store.script(`DROP TABLE ${table}`);
}

function forget(store: Store, table: string): void {
  const names = [table, ...SHADOWS.map((shadow) => `${table}_${shadow}`)].map((name) => `'${name}'`).join(", ");
  store.script(`PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE tbl_name IN (${names});
    PRAGMA writable_schema = RESET`);
}

function exists(store: Store, table: string): boolean {
  return store.get("SELECT 1 FROM sqlite_schema WHERE name = ?", [table], () => true) ?? false;
}

function countLive(store: Store, after: number): number {
  const sql = "SELECT count(*) AS count FROM observation WHERE state = 0 AND row > ?";
  return store.get(sql, [after], (row) => number(row, "count")) ?? 0;
}
