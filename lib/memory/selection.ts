import type { Micros } from "../core/clock.ts";
import { number } from "../store/row.ts";
import type { Value } from "../store/row.ts";
import type { MemoryContext } from "./context.ts";
import { deleteRecords } from "./delete.ts";
import { readStored, STORED_COLUMNS } from "./records.ts";

/** Which memories a bulk deletion is about; all that is given must hold. */
export interface Selection {
  readonly project?: string;
  readonly pcId?: string;
  readonly since?: Micros;
  readonly until?: Micros;
}

/** How many live memories of readable scopes the selection holds. */
export function countSelected(context: MemoryContext, selection: Selection): number {
  const { where, values } = condition(context, selection);
  const sql = `SELECT count(*) AS n FROM observation o JOIN author a ON a.author = o.author WHERE ${where}`;
  return context.store.get(sql, values, (row) => number(row, "n")) ?? 0;
}

/**
 * Deletes what the selection holds, `batch` memories a transaction, so that other processes get their turn.
 * `progress` is told how many are done.
 */
export function deleteSelected(
  context: MemoryContext,
  selection: Selection,
  reason: string,
  batch: number,
  progress: (done: number) => void,
): number {
  const { where, values } = condition(context, selection);
  const sql = `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author
    WHERE ${where} ORDER BY o.row LIMIT ?`;
  let done = 0;
  for (;;) {
    const records = context.store.all(sql, [...values, batch], readStored);
    if (records.length === 0) return done;
    deleteRecords(context, records, reason);
    done += records.length;
    progress(done);
  }
}

function condition({ settings }: MemoryContext, selection: Selection): { where: string; values: Value[] } {
  const terms: (readonly [string, Value])[] = [];
  if (selection.project !== undefined) terms.push(["o.project = ?", selection.project]);
  if (selection.pcId !== undefined) terms.push(["a.pc_id = ?", selection.pcId]);
  if (selection.since !== undefined) terms.push(["o.created_at >= ?", selection.since]);
  if (selection.until !== undefined) terms.push(["o.created_at <= ?", selection.until]);
  const scopes = settings.readable.map(() => "?").join(", ");
  return {
    where: ["o.state = 0", `o.scope IN (${scopes})`, ...terms.map(([sql]) => sql)].join(" AND "),
    values: [...settings.readable, ...terms.map(([, value]) => value)],
  };
}
