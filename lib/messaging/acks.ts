import { DAY, type Micros } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { number, numberOrNone, type Row, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { type Ack, ackId } from "./ack.ts";

/** An acknowledgement as it lies in the database. */
export interface StoredAck {
  readonly message: string;
  readonly session: string;
  readonly scope: ScopeLabel;
  readonly agent: string;
  /** When it was made; when it came, for one that does not say. */
  readonly ackedAt: Micros;
}

/** How long acknowledgements are kept after their message has expired, and then not shown to other hosts any more. */
export const KEPT_AFTER: Micros = 7 * DAY;

/** How long one is kept whose message is not here or never expires. */
const KEPT_ALONE: Micros = 37 * DAY;

/** How long it stays after that, so that no host that drops it later brings it back. */
const KEPT_HIDDEN: Micros = 30 * DAY;

/**
 * Adds an acknowledgement to the set, in the caller's transaction; gives whether it changed anything. Of two payloads of one
 * the smaller stays. One that is older than any is kept does nothing.
 */
export function mergeAck(store: Store, ack: Ack, scope: ScopeLabel, now: Micros): boolean {
  const known = ackPayload(store, ack.message, ack.session, scope);
  if (known !== undefined && known !== "" && known <= ack.payload) return false;
  const keptUntil = keepUntil(store, ack.message, scope, now);
  if (keptUntil <= now) return false;
  store.run(
    `INSERT INTO ack (message, session, scope, id, agent, acked_at, kept_until, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET agent = excluded.agent, acked_at = excluded.acked_at, payload = excluded.payload`,
    ack.message,
    ack.session,
    scope,
    ackId(scope, ack.message, ack.session),
    ack.agent,
    ack.ackedAt ?? now,
    keptUntil,
    ack.payload,
  );
  return true;
}

/** Keeps a message's acknowledgements as long as the message and a while longer, in the caller's transaction. */
export function keepAcks(store: Store, message: string, scope: ScopeLabel, now: Micros): void {
  const until = keepUntil(store, message, scope, now);
  store.run(
    "UPDATE ack SET kept_until = max(kept_until, ?) WHERE message = ? AND scope = ?",
    until,
    message,
    scope,
  );
}

/** Whether `ageAcks` would do anything. Needs no transaction. */
export function acksAge(store: Store, now: Micros): boolean {
  const sql = "SELECT 1 FROM ack WHERE (hidden = 0 AND kept_until <= ?) OR kept_until < ? LIMIT 1";
  return store.get(sql, [now, now - KEPT_HIDDEN], () => true) ?? false;
}

/** Hides acknowledgements that have been kept long enough, and drops those that were hidden long enough, in the caller's transaction. */
export function ageAcks(store: Store, now: Micros): void {
  store.run("UPDATE ack SET hidden = 1 WHERE hidden = 0 AND kept_until <= ?", now);
  store.run("DELETE FROM ack WHERE kept_until < ?", now - KEPT_HIDDEN);
}

/** The payload of an acknowledgement; empty for one that Python's version kept; undefined when there is none. */
export function ackPayload(
  store: Store,
  message: string,
  session: string,
  scope: ScopeLabel,
): string | undefined {
  const sql = "SELECT payload FROM ack WHERE message = ? AND session = ? AND scope = ?";
  return store.get(sql, [message, session, scope], (row) => text(row, "payload"));
}

/** Who has acknowledged a message, the first first. */
export function acksOf(store: Store, message: string, scope: ScopeLabel): StoredAck[] {
  const sql = `SELECT message, session, scope, agent, acked_at FROM ack WHERE message = ? AND scope = ?
    ORDER BY acked_at, session`;
  return store.all(sql, [message, scope], readAck);
}

function readAck(row: Row): StoredAck {
  return {
    message: text(row, "message"),
    session: text(row, "session"),
    scope: text(row, "scope"),
    agent: text(row, "agent"),
    ackedAt: number(row, "acked_at"),
  };
}

function keepUntil(store: Store, message: string, scope: ScopeLabel, now: Micros): Micros {
  const expiresAt = store.get(
    "SELECT expires_at FROM message WHERE scope = ? AND id = ?",
    [scope, message],
    (row) => numberOrNone(row, "expires_at"),
  );
  return expiresAt === undefined ? now + KEPT_ALONE : expiresAt + KEPT_AFTER;
}
