import { number } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";
import { frequency, rarity } from "./frequency.ts";
import { allOf, anyOf, matchUnit } from "./match.ts";
import type { Unit } from "./units.ts";

/** What the index found, before anything stored was read. */
export interface Retrieved {
  /** Rows, the most promising first. */
  readonly rows: readonly number[];
  /** How rare each unit is. */
  readonly idf: readonly number[];
}

/** Finds candidates for units in the index; `restriction` is an FTS5 expression that each has to match too. */
export function retrieve(
  store: Store,
  units: readonly Unit[],
  restriction: readonly string[],
  newestRow: number,
  most: number,
): Retrieved {
  const matches = units.map(matchUnit);
  const idf = matches.map((match) => rarity(frequency(store, match, newestRow).count, newestRow));
  const rows = store.all(
    `SELECT rowid AS row FROM search_index WHERE search_index MATCH ? AND rowid <= ?
      ORDER BY bm25(search_index, 2.0, 1.5, 1.0, 1.0, 0.5, 0.0), rowid DESC LIMIT ?`,
    [allOf([anyOf(matches), ...restriction]), newestRow, most],
    (row) => number(row, "row"),
  );
  return { rows, idf };
}
