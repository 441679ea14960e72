import { DAY, type Micros } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { number, numberOrNone, type Row, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import type { MessagingContext } from "./context.ts";

/** A session of this host. */
export interface Session {
  readonly session: string;
  /** The client id. */
  readonly agent: string;
  readonly family: string;
  readonly project: string;
  readonly startedAt: Micros;
  /** What it reads. */
  readonly scopes: readonly ScopeLabel[];
  /** Undefined while it goes on, or when it was killed. */
  readonly endedAt: Micros | undefined;
  /** All mail for it up to this row was shown to it or need not be. */
  readonly goneThrough: number;
  /** When it last looked for mail; 0 when never. */
  readonly checkedAt: Micros;
}

/** How long a session is remembered that has ended. */
const REMEMBERED: Micros = 30 * DAY;

/**
 * Notes that a session goes on, in a transaction, and which of the host's locks it holds, if any. One of the same name that was
 * here before is the same session: what it was shown stays shown.
 */
export function beginSession(context: MessagingContext, project: string, slot?: number): Session {
  const { store, identity, settings, clock } = context;
  const scopes = scopesText(settings.readable);
  return store.write(() => {
    const now = clock();
    store.run(
      `INSERT INTO session (session, agent, agent_family, project, started_at, ended_at, scopes, gone_through, checked_at)
        VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6, 0, 0)
        ON CONFLICT DO UPDATE SET agent = ?2, agent_family = ?3, project = ?4, ended_at = NULL, scopes = ?6,
          gone_through = iif(scopes = ?6, gone_through, 0)`,
      identity.sessionId,
      identity.clientId,
      identity.agentFamily,
      project,
      now,
      scopes,
    );
    if (slot !== undefined) {
      store.run("INSERT OR REPLACE INTO session_slot VALUES (?, ?)", slot, identity.sessionId);
    }
    const begun = findSession(store, identity.sessionId);
    if (begun === undefined) throw new TypeError("A session that was just written is not there");
    return begun;
  });
}

/** Notes that the session has ended. */
export function endSession({ store, identity, clock }: MessagingContext): void {
  store.write(() =>
    store.run("UPDATE session SET ended_at = ? WHERE session = ?", clock(), identity.sessionId)
  );
}

/**
 * The sessions that are on this host now, by the locks that are held. Ones that have gone without a word, as a killed one
 * does, are noted as ended.
 */
export function sessionsHere(store: Store, isHeld: (slot: number) => boolean, now: Micros): Session[] {
  const slots = store.all("SELECT slot, session FROM session_slot ORDER BY slot", [], (row) => ({
    slot: number(row, "slot"),
    session: text(row, "session"),
  }));
  const here = new Set(slots.filter(({ slot }) => isHeld(slot)).map(({ session }) => session));
  const open = store.all(`SELECT ${COLUMNS} FROM session WHERE ended_at IS NULL`, [], readSession);
  const gone = open.filter(({ session }) =>
    !here.has(session) && slots.some((slot) => slot.session === session)
  );
  if (gone.length > 0) {
    store.write(() => {
      for (const { session } of gone) {
        store.run("UPDATE session SET ended_at = ? WHERE session = ? AND ended_at IS NULL", now, session);
      }
    });
  }
  return open.filter(({ session }) => here.has(session));
}

/** The session of that id. */
export function findSession(store: Store, session: string): Session | undefined {
  return store.get(`SELECT ${COLUMNS} FROM session WHERE session = ?`, [session], readSession);
}

/** The newest session of an agent that goes on and holds a lock; for one that has none, a session that would begin now. */
export function sessionOf({ store, identity, settings, clock }: MessagingContext, agent: string): Session {
  return store.get(
    `SELECT ${COLUMNS} FROM session WHERE agent = ? AND ended_at IS NULL
      AND session IN (SELECT session FROM session_slot) ORDER BY started_at DESC LIMIT 1`,
    [agent],
    readSession,
  ) ?? {
    session: identity.sessionId,
    agent,
    family: identity.agentFamily,
    project: "",
    startedAt: clock(),
    scopes: settings.readable,
    endedAt: undefined,
    goneThrough: 0,
    checkedAt: 0,
  };
}

/** All sessions that are remembered. */
export function allSessions(store: Store): Session[] {
  return store.all(`SELECT ${COLUMNS} FROM session ORDER BY started_at, session`, [], readSession);
}

/** Notes up to which row a session's mail has been gone through, in the caller's transaction. */
export function noteGoneThrough(store: Store, session: string, row: number, now: Micros): void {
  store.run(
    "UPDATE session SET gone_through = max(gone_through, ?), checked_at = ? WHERE session = ?",
    row,
    now,
    session,
  );
}

/** Forgets sessions that ended long ago, in the caller's transaction. */
export function forgetSessions(store: Store, now: Micros): void {
  store.run("DELETE FROM session WHERE ended_at < ?", now - REMEMBERED);
}

const COLUMNS =
  "session, agent, agent_family, project, started_at, ended_at, scopes, gone_through, checked_at";

function readSession(row: Row): Session {
  return {
    session: text(row, "session"),
    agent: text(row, "agent"),
    family: text(row, "agent_family"),
    project: text(row, "project"),
    startedAt: number(row, "started_at"),
    scopes: text(row, "scopes").split(" "),
    endedAt: numberOrNone(row, "ended_at"),
    goneThrough: number(row, "gone_through"),
    checkedAt: number(row, "checked_at"),
  };
}

function scopesText(scopes: readonly ScopeLabel[]): string {
  return scopes.toSorted().join(" ");
}
