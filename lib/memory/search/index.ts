import { StoreFailure, type Trouble } from "../../store/failure.ts";
import { type Store, TryAgain } from "../../store/store.ts";
import { readMeta, writeMeta } from "../../store/meta.ts";
import type { Observation } from "../observation.ts";
import { analyze } from "./analyzer.ts";
import { keysOf } from "./keys.ts";

/** The fact that the search index could not be written or read and has to be made anew. */
export const INDEX_DAMAGED = "index_damaged";

const PASSING: ReadonlySet<Trouble> = new Set(["full", "busy", "read-only"]);

/**
 * Puts an observation into the search index, in the caller's transaction. A damaged index does not stop a save: the
 * damage is noted, nothing is written to the index from then on, and the next search says so.
 */
export function addToIndex(store: Store, row: number, observation: Observation): void {
  const columns = textsOf(observation).map(analyze);
  const parts = columns.flatMap((column) => column.parts);
  guarded(store, () =>
    store.run(
      "INSERT INTO search_index (rowid, subject, tags, summary, content, parts, keys) VALUES (?, ?, ?, ?, ?, ?, ?)",
      row,
      ...columns.map((column) => column.words.join(" ")),
      parts.join(" "),
      keysOf(observation).join(" "),
    ));
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

/** Takes an observation out of the search index, in the caller's transaction. */
export function removeFromIndex(store: Store, row: number, _observation: Observation): void {
  guarded(store, () => store.run("DELETE FROM search_index WHERE rowid = ?", row));
}

// A disk that is full or refuses writes, and a database that is busy, are no damage: the whole write fails then.
function guarded(store: Store, work: () => void): void {
  if (readMeta(store, INDEX_DAMAGED) !== undefined) return;
  try {
    store.settled(work);
  } catch (error) {
    if (!(error instanceof StoreFailure) || error.trouble !== "damaged") throw error;
    throw new TryAgain(() => writeMeta(store, INDEX_DAMAGED, "yes"), error);
  }
}
