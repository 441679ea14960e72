import type { Micros } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { number, numberOrNone } from "./row.ts";
import type { Store } from "./store.ts";

/** What a row of the outbox stands for. */
export type OutboxKind = "observation" | "tombstone" | "message" | "ack" | "certificate" | "revocation";

/**
 * Notes, in the caller's transaction, that a record has to go out to the mesh. A record that waits already keeps its
 * place: what is sent is what the record is by then.
 */
export function enqueue(store: Store, kind: OutboxKind, id: string, scope: ScopeLabel, now: Micros): void {
  store.run(
    "INSERT OR IGNORE INTO outbox (kind, id, scope, queued_at) VALUES (?, ?, ?, ?)",
    kind,
    id,
    scope,
    now,
  );
}

/** How many records wait to go out, and since when the oldest does. */
export function outboxDepth(store: Store): { waiting: number; since: Micros | undefined } {
  const found = store.get("SELECT count(*) AS waiting, min(queued_at) AS since FROM outbox", [], (row) => ({
    waiting: number(row, "waiting"),
    since: numberOrNone(row, "since"),
  }));
  return found ?? { waiting: 0, since: undefined };
}

/** Whether a record waits to go out. */
export function isQueued(store: Store, kind: OutboxKind, id: string, scope: ScopeLabel): boolean {
  const sql = "SELECT 1 FROM outbox WHERE kind = ? AND id = ? AND scope = ?";
  return store.get(sql, [kind, id, scope], () => true) ?? false;
}
