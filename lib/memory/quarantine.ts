import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { number, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";

/** A record that was kept aside. */
export interface Quarantined {
  readonly key: string;
  readonly reason: string;
  readonly seenAt: Micros;
  readonly payload: string;
}

/** Keeps aside what cannot be live, with the reason. The same bytes under the same key are kept once. */
export function quarantine(store: Store, record: Quarantined): void {
  store.run(
    "INSERT OR IGNORE INTO quarantine (key, digest, reason, seen_at, payload) VALUES (?, ?, ?, ?, ?)",
    record.key,
    sha256(record.payload),
    record.reason,
    record.seenAt,
    record.payload,
  );
}

/** Drops what is kept aside of one record, whoever is said to have written it: it was erased on purpose. */
export function dropQuarantined(store: Store, id: string, scope: ScopeLabel): void {
  const begin = `mem/${scope}/obs/`;
  store.run(
    "DELETE FROM quarantine WHERE substr(key, 1, ?) = ? AND substr(key, -32) = ?",
    begin.length,
    begin,
    id,
  );
}

/** How many records are kept aside. */
export function quarantineCount(store: Store): number {
  return store.get("SELECT count(*) AS n FROM quarantine", [], (row) => number(row, "n")) ?? 0;
}

/** What is kept aside, newest first. */
export function listQuarantine(store: Store, limit: number): Quarantined[] {
  const sql = "SELECT key, reason, seen_at, payload FROM quarantine ORDER BY seen_at DESC, row DESC LIMIT ?";
  return store.all(sql, [limit], (row) => ({
    key: text(row, "key"),
    reason: text(row, "reason"),
    seenAt: number(row, "seen_at"),
    payload: text(row, "payload"),
  }));
}
