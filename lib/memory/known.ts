import { type Scope, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { number, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";

/**
 * The state (a number of STATE) of the record of that id that has exactly this payload; undefined when there is none.
 * Nothing is parsed, so that what is known already costs little when it comes again.
 */
export function stateOfPayload(store: Store, id: string, payload: string): number | undefined {
  const sql = "SELECT state FROM observation WHERE id = ? AND payload = ?";
  return store.get(sql, [id, payload], (row) => number(row, "state"));
}

/** The scopes in which an id is tombstoned, with the tombstones' payloads. */
export function tombstonesOf(store: Store, id: string): Map<ScopeLabel, string> {
  const rows = store.all(
    "SELECT scope, payload FROM tombstone WHERE id = ?",
    [id],
    (row) => [text(row, "scope"), text(row, "payload")] as const,
  );
  return new Map(rows);
}

/** Whether there is a record, whatever its state and payload. */
export function isStored(store: Store, id: string, scope: Scope): boolean {
  const sql = "SELECT 1 FROM observation WHERE id = ? AND scope = ?";
  return store.get(sql, [id, scopeLabel(scope)], () => true) ?? false;
}
