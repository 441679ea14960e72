import { number, numberOrNone } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";
import type { RowRange } from "./row_range.ts";

// Counting further costs time and changes the rarity of a word little.
const MOST_COUNTED = 2_000;

/**
 * How many of the rows in a range match an FTS5 expression: counted while there are few, else reckoned from how
 * thick they stand among the newest.
 */
export function frequency(store: Store, match: string, range: RowRange): number {
  const counted = store.get(
    `SELECT count(*) AS count, min(row) AS oldest FROM (
      SELECT rowid AS row FROM search_index WHERE search_index MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?)`,
    [match, range.oldest, range.newest, MOST_COUNTED],
    (row) => ({ count: number(row, "count"), last: numberOrNone(row, "oldest") ?? 0 }),
  );
  const { count, last } = counted ?? { count: 0, last: 0 };
  if (count < MOST_COUNTED) return count;
  return Math.round(count * (range.newest - range.oldest + 1) / (range.newest - last + 1));
}

/** The weight of something that `count` of `total` texts have, as in BM25. */
export function rarity(count: number, total: number): number {
  return Math.log(1 + (Math.max(total, count) - count + 0.5) / (count + 0.5));
}
