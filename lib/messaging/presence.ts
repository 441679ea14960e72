import { DAY, type Micros } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { number, numberOrNone, type Row, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import type { Alive, Shown } from "./agent_token.ts";

/** A session of another host as the mesh showed it. */
export interface Seen extends Alive {
  readonly seenAt: Micros;
  /** Undefined while it is there. */
  readonly goneAt: Micros | undefined;
}

/** How long a session is remembered that has gone, so that senders see that it has. */
const REMEMBERED: Micros = 7 * DAY;

/** Notes that a session is there, in the caller's transaction; `expiresAt`: unless it shows itself again before. */
export function notePresent(store: Store, { scope, shown }: Alive, now: Micros, expiresAt?: Micros): void {
  store.run(
    `INSERT INTO presence (scope, session, agent, agent_family, pc_id, host, project, since, seen_at, expires_at, gone_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL)
      ON CONFLICT DO UPDATE SET agent = ?3, agent_family = ?4, pc_id = ?5, host = ?6, project = ?7, since = ?8,
        seen_at = ?9, expires_at = ?10, gone_at = NULL`,
    scope,
    shown.session,
    shown.agent,
    shown.family,
    shown.pcId,
    shown.host,
    shown.project,
    shown.since,
    now,
    expiresAt ?? null,
  );
}

/** Notes that a session has gone, in the caller's transaction. */
export function noteGone(store: Store, scope: ScopeLabel, session: string, now: Micros): void {
  store.run(
    "UPDATE presence SET gone_at = ? WHERE scope = ? AND session = ? AND gone_at IS NULL",
    now,
    scope,
    session,
  );
}

/**
 * Notes that what shows itself by a token and was last seen before `since` has gone, and forgets what has long gone, in the
 * caller's transaction.
 */
export function noteUnseenGone(store: Store, since: Micros, now: Micros): void {
  store.run(
    "UPDATE presence SET gone_at = ? WHERE gone_at IS NULL AND expires_at IS NULL AND seen_at < ?",
    now,
    since,
  );
  store.run("UPDATE presence SET gone_at = expires_at WHERE gone_at IS NULL AND expires_at < ?", now);
  store.run("DELETE FROM presence WHERE gone_at < ?", now - REMEMBERED);
}

/** Whether a session shows itself by heartbeats now, so that somebody may look for such. */
export function heartbeatsThere(store: Store, now: Micros): boolean {
  return store.get("SELECT 1 FROM presence WHERE expires_at > ? LIMIT 1", [now], () => true) ?? false;
}

/** The sessions of other hosts in these scopes that are there or went away lately. */
export function seenSessions(store: Store, scopes: readonly ScopeLabel[], now: Micros): Seen[] {
  const sql = `SELECT * FROM presence WHERE scope IN (${
    scopes.map(() => "?").join(", ")
  }) ORDER BY since, session`;
  return store.all(sql, scopes, (row) => readSeen(row, now));
}

function readSeen(row: Row, now: Micros): Seen {
  const expiresAt = numberOrNone(row, "expires_at");
  const shown: Shown = {
    session: text(row, "session"),
    agent: text(row, "agent"),
    family: text(row, "agent_family"),
    pcId: text(row, "pc_id"),
    host: text(row, "host"),
    project: text(row, "project"),
    since: number(row, "since"),
  };
  return {
    scope: text(row, "scope"),
    shown,
    seenAt: number(row, "seen_at"),
    goneAt: numberOrNone(row, "gone_at") ??
      (expiresAt !== undefined && expiresAt <= now ? expiresAt : undefined),
  };
}
