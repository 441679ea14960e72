import type { Store } from "../../store/store.ts";
import { writeMeta } from "../../store/meta.ts";
import type { Observation } from "../observation.ts";
import { analyze } from "./analyzer.ts";

/** The fact that the search index could not be written or read and has to be made anew. */
export const INDEX_DAMAGED = "index_damaged";

/**
 * Puts an observation into the search index, in the caller's transaction. A damaged index does not stop a save: it is
 * noted, and the next search says so.
 */
export function addToIndex(store: Store, row: number, observation: Observation): void {
  const { subject, summary, content, tags } = observation;
  const columns = [subject, [...tags, observation.project].join(" "), summary, content].map(analyze);
  const parts = columns.flatMap((column) => column.parts);
  guarded(store, () =>
    store.run(
      "INSERT INTO search_index (rowid, subject, tags, summary, content, parts) VALUES (?, ?, ?, ?, ?, ?)",
      row,
      ...columns.map((column) => column.words.join(" ")),
      parts.join(" "),
    ));
}

/** Takes an observation out of the search index, in the caller's transaction. */
export function removeFromIndex(store: Store, row: number, _observation: Observation): void {
  guarded(store, () => store.run("DELETE FROM search_index WHERE rowid = ?", row));
}

function guarded(store: Store, work: () => void): void {
  try {
    store.attempt(work);
  } catch {
    writeMeta(store, INDEX_DAMAGED, "yes");
  }
}
