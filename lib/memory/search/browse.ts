import { number } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";
import { readStored, STORED_COLUMNS, type StoredObservation } from "../records.ts";
import type { Cursor } from "./cursor.ts";
import { both, type Condition, type Filters } from "./filter.ts";
import { keyGroups } from "./keys.ts";
import { allOf, anyOf, matchUnit } from "./match.ts";

// As many rows are read and sorted at once; where more pass, walking from the newest finds a page soon.
const FEW = 5_000;

/** Gives what passes, newest first, from where the cursor stands. */
export function* browse(
  store: Store,
  condition: Condition,
  filters: readonly Filters[],
  { newestRow, last }: Cursor,
): Generator<StoredObservation> {
  const few = fewRows(store, filters);
  const project = filters.some((one) => one.project !== undefined);
  const conditions = both([
    condition,
    { sql: "o.row <= ?", values: [newestRow] },
    ...(last === undefined ? [] : [{ sql: "(o.created_at, o.row) < (?, ?)", values: last }]),
    ...(few === undefined ? [] : [{ sql: "o.row IN (SELECT value FROM json_each(?))", values: [JSON.stringify(few)] }]),
  ]);
  // The planner has no statistics to know by that walking an index in order is better than sorting what it finds.
  const index = few !== undefined ? "" : `INDEXED BY ${project ? "observation_project" : "observation_recent"}`;
  yield* store.each(
    `SELECT ${STORED_COLUMNS} FROM observation o ${index} CROSS JOIN author a ON a.author = o.author
      WHERE ${conditions.sql} ORDER BY o.created_at DESC, o.row DESC`,
    conditions.values,
    readStored,
  );
}

// The rows that the index knows to pass, when they are few; undefined when they are not, or no filter says.
function fewRows(store: Store, filters: readonly Filters[]): number[] | undefined {
  const groups = filters.flatMap(keyGroups);
  if (groups.length === 0) return undefined;
  const match = allOf(groups.map((keys) => anyOf(keys.map((token) => matchUnit({ token, prefix: false })))));
  const rows = store.all(
    "SELECT rowid AS row FROM search_index WHERE search_index MATCH ? LIMIT ?",
    [match, FEW],
    (row) => number(row, "row"),
  );
  return rows.length < FEW ? rows : undefined;
}
