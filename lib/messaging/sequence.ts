import type { Micros } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { number } from "../store/row.ts";
import type { Store } from "../store/store.ts";

/** A place in the order of what one session sends to one target. */
export interface Place {
  /** From 1 on, without gaps. */
  readonly sequence: number;
  /** Later than that of the message before, even when the clock was set back. */
  readonly createdAt: Micros;
}

/** The next place, taken in the caller's transaction. */
export function nextPlace(
  store: Store,
  session: string,
  scope: ScopeLabel,
  target: string,
  now: Micros,
): Place {
  const before = store.get(
    "SELECT last, last_at FROM message_sequence WHERE session = ? AND scope = ? AND target = ?",
    [session, scope, target],
    (row) => ({ sequence: number(row, "last"), createdAt: number(row, "last_at") }),
  ) ?? { sequence: 0, createdAt: 0 };
  const place = { sequence: before.sequence + 1, createdAt: Math.max(now, before.createdAt + 1) };
  store.run(
    `INSERT INTO message_sequence (session, scope, target, last, last_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET last = excluded.last, last_at = excluded.last_at`,
    session,
    scope,
    target,
    place.sequence,
    place.createdAt,
  );
  return place;
}

/** Forgets sessions that have sent nothing since `before`, in the caller's transaction. */
export function forgetSequences(store: Store, before: Micros): void {
  store.run("DELETE FROM message_sequence WHERE last_at < ?", before);
}
