import { number, numberOrNone } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";

// Counting further costs time and changes the rarity of a word little.
const MOST_COUNTED = 2_000;

/**
 * How many of the rows up to `newestRow` match an FTS5 expression: counted while there are few, else reckoned from how
 * thick they stand among the newest.
 */
export function frequency(store: Store, match: string, newestRow: number): number {
  const counted = store.get(
    `SELECT count(*) AS count, min(row) AS oldest FROM (
      SELECT rowid AS row FROM search_index WHERE search_index MATCH ? AND rowid <= ? ORDER BY rowid DESC LIMIT ?)`,
    [match, newestRow, MOST_COUNTED],
    (row) => ({ count: number(row, "count"), oldest: numberOrNone(row, "oldest") ?? 0 }),
  );
  const { count, oldest } = counted ?? { count: 0, oldest: 0 };
  return count < MOST_COUNTED ? count : Math.round(count * newestRow / (newestRow - oldest + 1));
}

/** The weight of something that `count` of `total` texts have, as in BM25. */
export function rarity(count: number, total: number): number {
  return Math.log(1 + (Math.max(total, count) - count + 0.5) / (count + 0.5));
}
