import { number, numberOrNone } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";
import type { Filters } from "./filter.ts";

/** Rows from one to another, both included. */
export interface RowRange {
  /** The first. */
  readonly oldest: number;
  /** The last; before the first when there is none. */
  readonly newest: number;
}

// Counting further does not pay: so many texts are found among all.
const MOST = 20_000;

/**
 * Where the rows lie that were created when the filters say, when they are few; else all up to `newest`. Rows follow the
 * order of saving, so that a time is a narrow range of them, but for those that came from elsewhere later.
 */
export function rowsWithin(store: Store, filters: readonly Filters[], newest: number): RowRange {
  const since = Math.max(...filters.map((one) => one.since ?? Number.MIN_SAFE_INTEGER));
  const until = Math.min(...filters.map((one) => one.until ?? Number.MAX_SAFE_INTEGER));
  const all = { oldest: 0, newest };
  if (since === Number.MIN_SAFE_INTEGER && until === Number.MAX_SAFE_INTEGER) return all;
  const found = store.get(
    `SELECT count(*) AS count, min(row) AS oldest, max(row) AS newest FROM (SELECT row FROM observation INDEXED BY
      observation_recent WHERE state = 0 AND created_at BETWEEN ? AND ? LIMIT ?)`,
    [since, until, MOST],
    (row) => ({
      count: number(row, "count"),
      oldest: numberOrNone(row, "oldest") ?? 1,
      newest: numberOrNone(row, "newest") ?? 0,
    }),
  );
  if (found === undefined || found.count === MOST) return all;
  return { oldest: found.oldest, newest: Math.min(newest, found.newest) };
}
