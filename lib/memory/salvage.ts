import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { Failure } from "../core/errors.ts";
import { DATABASE_FILE } from "../core/paths.ts";
import { formatTime } from "../core/time.ts";
import { cellsOf } from "../store/cells.ts";
import { Held } from "../store/exclusive.ts";
import { StoreFailure } from "../store/failure.ts";
import { openStore } from "../store/open.ts";
import { Pages } from "../store/pages.ts";
import { number } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { SalvageMerge } from "./merge_salvaged.ts";
import { readStored, STORED_COLUMNS } from "./records.ts";
import { recognise, type SalvagedRow } from "./salvaged.ts";

/** Called now and then: which part of the work, how much of it is done, and of how much. */
export type SalvageProgress = (part: "checking" | "reading", done: number, total: number) => void;

/** What salvaging did. */
export type Salvaged =
  /** Nothing: the database is sound, or only its search index is not. */
  | { readonly status: "sound" | "index" }
  | {
    readonly status: "salvaged";
    /** How many memories, whatever their state, deletions, and records in quarantine the database has now. */
    readonly memories: number;
    readonly deletions: number;
    readonly quarantined: number;
    /** Ids of memories that were there and could not be read. */
    readonly lost: readonly string[];
    /** The files that were set aside. */
    readonly aside: readonly string[];
  };

/** How many pages are read in one transaction. */
const BATCH = 256;

/**
 * Sets a damaged database aside, untouched, and puts one in its place that holds everything that can still be read
 * (DESIGN §5). A sound one stays as it is unless `force`. What was taken over from Python's version is not remembered,
 * so the next opening takes it over again. Throws a Failure when there is nothing to salvage, when another process uses
 * the database, or when the disk is full; nothing has changed then.
 */
export function salvage(state: string, clock: Clock, force: boolean, progress: SalvageProgress): Salvaged {
  const path = join(state, DATABASE_FILE);
  if (!isFile(path)) throw new Failure(`Cannot salvage: there is no database ${path}.`);
  using held = new Held(path);
  if (!force) {
    const health = examine(held, progress);
    if (health !== "damaged") return { status: health };
  }
  const fresh = `${path}.salvage`;
  removeDraft(fresh);
  try {
    // Stays open until the files are in place: closing it would let go of what `held` holds (POSIX locks).
    using pages = new Pages(path);
    const kept = fill(fresh, pages, clock, progress);
    const stamp = formatTime(clock()).slice(0, 19).replaceAll(/[-:]/g, "");
    return { status: "salvaged", ...kept, aside: held.replace(fresh, `.damaged-${stamp}Z`) };
  } finally {
    removeDraft(fresh);
  }
}

function examine(held: Held, progress: SalvageProgress): "sound" | "index" | "damaged" {
  progress("checking", 0, 0);
  const health = held.examine();
  return health === "damaged" || allReadable(held.store, progress) ? health : "damaged";
}

// SQLite's own check does not read what the texts say.
function allReadable(store: Store, progress: SalvageProgress): boolean {
  const sql = `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author`;
  try {
    const total = count(store, "SELECT count(*) AS n FROM observation");
    let done = 0;
    for (const _ of store.each(sql, [], readStored)) {
      if (++done % 1000 === 0) progress("checking", done, total);
    }
    return true;
  } catch (error) {
    if (error instanceof StoreFailure && error.trouble === "damaged") return false;
    throw error;
  }
}

function fill(path: string, pages: Pages, clock: Clock, progress: SalvageProgress) {
  const store = openStore(path, clock);
  try {
    const merge = new SalvageMerge(store, clock());
    const free = pages.free();
    const total = 2 * pages.count;
    for (let page = 1; page <= pages.count; page++) {
      if (page % BATCH === 0) progress("reading", page, total);
      for (const row of rowsOf(pages, page)) {
        if (row.table === "author") merge.addAuthor(row.author, row.names);
      }
    }
    for (let first = 1; first <= pages.count; first += BATCH) {
      progress("reading", pages.count + first, total);
      store.write(() => {
        for (let page = first; page < first + BATCH; page++) {
          if (!free.has(page)) { for (const row of rowsOf(pages, page)) merge.add(row); }
        }
      });
    }
    const lost = store.write(() => {
      for (const page of free) for (const row of rowsOf(pages, page)) merge.addFree(row);
      return merge.finish();
    });
    return {
      memories: count(store, "SELECT count(*) AS n FROM observation"),
      deletions: count(store, "SELECT count(*) AS n FROM tombstone"),
      quarantined: count(store, "SELECT count(*) AS n FROM quarantine"),
      lost,
    };
  } finally {
    store.close();
  }
}

function* rowsOf(pages: Pages, page: number): Generator<SalvagedRow> {
  for (const cell of cellsOf(pages, page)) {
    const row = recognise(cell);
    if (row !== undefined) yield row;
  }
}

function count(store: Store, sql: string): number {
  return store.get(sql, [], (row) => number(row, "n")) ?? 0;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function removeDraft(path: string): void {
  for (const side of ["", "-wal", "-shm"]) {
    try {
      Deno.removeSync(`${path}${side}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
