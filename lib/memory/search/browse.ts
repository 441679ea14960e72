import { number } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";
import { readStored, STORED_COLUMNS, type StoredObservation } from "../records.ts";
import type { Cursor } from "./cursor.ts";
import { both, type Condition, type Filters } from "./filter.ts";
import { isDamage } from "./index.ts";
import { readIndexState } from "./index_state.ts";
import { matchKeys } from "./keys.ts";
import { allOf } from "./match.ts";

// As many rows are read and sorted at once; where more pass, walking from the newest finds a page soon.
const FEW = 5_000;

// As many are read at once.
const PAGE = 100;

/** Gives what passes, newest first, from where the cursor stands. */
export function* browse(
  store: Store,
  condition: Condition,
  filters: readonly Filters[],
  cursor: Cursor,
): Generator<StoredObservation, void> {
  const few = fewRows(store, filters);
  const project = filters.some((one) => one.project !== undefined);
  // The planner has no statistics to know by that walking an index in order is better than sorting what it finds.
  const index = few !== undefined
    ? ""
    : `INDEXED BY ${project ? "observation_project" : "observation_recent"}`;
  for (let last = cursor.last;;) {
    const conditions = both([
      condition,
      { sql: "o.row <= ?", values: [cursor.newestRow] },
      ...(last === undefined ? [] : [{ sql: "(o.created_at, o.row) < (?, ?)", values: last }]),
      ...(few === undefined ? [] : [{ sql: "o.row IN (SELECT value FROM json_each(?))", values: [few] }]),
    ]);
    const page = store.all(
      `SELECT ${STORED_COLUMNS} FROM observation o ${index} CROSS JOIN author a ON a.author = o.author
        WHERE ${conditions.sql} ORDER BY o.created_at DESC, o.row DESC LIMIT ${PAGE}`,
      conditions.values,
      readStored,
    );
    yield* page;
    const end = page.at(-1);
    if (end === undefined || page.length < PAGE) return;
    last = [end.observation.createdAt, end.row];
  }
}

// The rows that the index knows to pass, as JSON, when they are few; undefined when they are not, or no filter says.
function fewRows(store: Store, filters: readonly Filters[]): string | undefined {
  const keys = filters.flatMap(matchKeys);
  if (keys.length === 0 || readIndexState(store).damaged) return undefined;
  try {
    const sql = "SELECT rowid AS row FROM search_index WHERE search_index MATCH ? LIMIT ?";
    const rows = store.all(sql, [allOf(keys), FEW], (row) => number(row, "row"));
    return rows.length < FEW ? JSON.stringify(rows) : undefined;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
