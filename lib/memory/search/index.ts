import { StoreFailure } from "../../store/failure.ts";
import { type Store, TryAgain } from "../../store/store.ts";
import type { Observation } from "../observation.ts";
import { analyze } from "./analyzer.ts";
import { noteDamage, noteRebuilt, noteSound, readIndexState } from "./index_state.ts";
import { keysOf } from "./keys.ts";

export { INDEX_DAMAGED } from "./index_state.ts";

/** The index that answers, and the one that is filled to take its place (lib/memory/search/rebuild.ts). */
export type IndexTable = "search_index" | "search_index_new";

/**
 * Puts an observation into the search index, in the caller's transaction. A damaged index does not stop a save: it is
 * noted, nothing is written to it until it is made anew, and searches say so.
 */
export function addToIndex(store: Store, row: number, observation: Observation): void {
  write(store, row, (table) => insertInto(store, table, row, observation));
}

/** Takes an observation out of the search index, in the caller's transaction. */
export function removeFromIndex(store: Store, row: number, _observation: Observation): void {
  write(store, row, (table) => store.run(`DELETE FROM ${table} WHERE rowid = ?`, row));
}

/**
 * Rewrites the indexes without what was taken out of them, whose words they hold until then. At a million records that takes
 * long; a damaged index keeps them until it is made anew.
 */
export function dropRemains(store: Store): void {
  const { damaged, rebuiltTo } = readIndexState(store);
  const tables: IndexTable[] = [
    ...(damaged ? [] : ["search_index" as const]),
    ...(rebuiltTo === undefined ? [] : ["search_index_new" as const]),
  ];
  for (const table of tables) {
    try {
      store.script(`INSERT INTO ${table} (${table}) VALUES ('optimize')`);
    } catch (error) {
      if (!isDamage(error)) throw error;
      store.write(() => table === "search_index" ? noteDamage(store) : noteRebuilt(store, undefined));
    }
  }
}

/** Puts an observation into one of the indexes. */
export function insertInto(store: Store, table: IndexTable, row: number, observation: Observation): void {
  const columns = textsOf(observation).map(analyze);
  const parts = columns.flatMap((column) => column.parts);
  store.run(
    `INSERT INTO ${table} (rowid, subject, tags, summary, content, parts, keys) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    row,
    ...columns.map((column) => column.words.join(" ")),
    parts.join(" "),
    keysOf(observation).join(" "),
  );
}

/** The texts of an observation that are searched, by column: subject, tags and the like, summary, content. */
export function textsOf(
  observation: Observation,
): [subject: string, tags: string, summary: string, content: string] {
  const { tags, project, sourceFiles, references } = observation;
  // A line break never lies within a unit of the analyzer.
  return [
    observation.subject,
    [...tags, project, ...sourceFiles, ...references].join("\n"),
    observation.summary,
    observation.content,
  ];
}

// What FTS5 says of an index that it cannot use.
const UNUSABLE = /vtable constructor failed|fts5: corrupt|invalid fts5 file format|SQL logic error/;

/** Whether an error comes from a damaged index or database, and not from a full disk or another process. */
export function isDamage(error: unknown): error is StoreFailure {
  if (!(error instanceof StoreFailure)) return false;
  return error.trouble === "damaged" || (error.trouble === "other" && UNUSABLE.test(error.message));
}

// What an index being made anew has not come to yet, it will come to.
function write(store: Store, row: number, work: (table: IndexTable) => void): void {
  const { damaged, analyzer, rebuiltTo } = readIndexState(store);
  if (analyzer === undefined && !damaged) noteSound(store);
  if (!damaged) orElse(store, () => work("search_index"), () => noteDamage(store));
  if (rebuiltTo !== undefined && row <= rebuiltTo) {
    orElse(store, () => work("search_index_new"), () => noteRebuilt(store, undefined));
  }
}

function orElse(store: Store, work: () => void, remedy: () => void): void {
  try {
    store.settled(work);
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new TryAgain(remedy, error);
  }
}
