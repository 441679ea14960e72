import { type Micros, SECOND } from "../core/clock.ts";
import { type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { number, type Value } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import type { MessagingContext } from "./context.ts";
import { ALL, type Target, targetText } from "./keys.ts";
import { readStored, STORED_COLUMNS, type StoredMessage } from "./records.ts";
import { beginSession, findSession, noteGoneThrough, type Session } from "./sessions.ts";

/** Which mail a session asks for. */
export interface MailRequest {
  readonly limit: number;
  /** The scopes to look in. */
  readonly scopes: readonly ScopeLabel[];
  readonly since: Micros | undefined;
  /** Also what this session has acknowledged. */
  readonly includeAcked: boolean;
  /** Also what has expired; no content is left of it. */
  readonly includeExpired: boolean;
}

/** How a message stands with a session. */
export type MailState = "new" | "shown" | "acknowledged" | "expired";

/** A message for a session. */
export interface Mail {
  readonly stored: StoredMessage;
  readonly state: MailState;
}

/** Mail for a session: what is new first, in order, then what it has not acknowledged, then what else was asked for. */
export interface FoundMail {
  readonly mail: readonly Mail[];
  /** There is more than was asked for. */
  readonly more: boolean;
  /** New messages that wait for an earlier one of their sender, a second at the most. */
  readonly held: number;
}

/** How many unread messages are counted at the most. */
export const MOST_COUNTED = 100;

/** How long a message waits for the one that its sender sent before it. */
const HOLD: Micros = SECOND;

/** Beyond so many rows it is noted that they were gone through although none of them was for this session. */
const NOTE_AFTER = 1_000;

/** The session that asks, noted down if it is not yet. */
export function currentSession(context: MessagingContext): Session {
  return findSession(context.store, context.identity.sessionId) ?? beginSession(context, "");
}

/** Finds mail for the session, without any mark that it was shown. */
export function findMail(context: MessagingContext, request: MailRequest): FoundMail {
  const { store, clock } = context;
  const { limit, scopes, since } = request;
  const session = currentSession(context);
  const now = clock();
  const ask = new Question(context, scopes, session, now);
  const unread = ask.unread(since, limit + 1);
  const { ready, held } = inOrder(store, unread, now);
  const mail: Mail[] = ready.map((stored) => ({ stored, state: "new" }));
  const add = (state: MailState, find: (most: number) => StoredMessage[]) => {
    if (mail.length <= limit) {
      mail.push(...find(limit + 1 - mail.length).map((stored) => ({ stored, state })));
    }
  };
  add("shown", (most) => ask.shown(since, most));
  if (request.includeAcked) add("acknowledged", (most) => ask.acknowledged(since, most));
  if (request.includeExpired) add("expired", (most) => ask.expired(since, most));
  return { mail: mail.slice(0, limit), more: mail.length > limit, held };
}

/** Notes that the session was shown these messages, which are not new to it any more, and told what was withheld. */
export function noteShown(context: MessagingContext, mail: readonly Mail[], withheld: boolean): void {
  const { store, clock, settings } = context;
  const session = currentSession(context);
  const isNew = mail.filter(({ state }) => state === "new");
  if (isNew.length === 0 && !withheld && lastRow(store) - session.goneThrough < NOTE_AFTER) return;
  store.write(() => {
    const now = clock();
    for (const { stored } of isNew) {
      store.run("INSERT OR IGNORE INTO delivery VALUES (?, ?, ?)", session.session, stored.row, now);
    }
    const left = new Question(context, settings.readable, session, now).firstUnread();
    noteGoneThrough(store, session.session, left === undefined ? lastRow(store) : left - 1, now);
  });
}

/** How many messages are new to the session; MOST_COUNTED when there are more. One query along an index. */
export function countUnread(
  context: MessagingContext,
  session: Session | undefined = findSession(context.store, context.identity.sessionId),
): number {
  if (session === undefined) return 0;
  return new Question(context, context.settings.readable, session, context.clock()).count();
}

/** Whether a message of that target is for the session. */
export function isFor(target: Target, { clientId, sessionId }: MessagingContext["identity"]): boolean {
  return target.kind === "all" || target.id === (target.kind === "agent" ? clientId : sessionId);
}

/** The queries of one session. Parameters 1 to 4 are session, agent, start and now; 5 is what was gone through. */
class Question {
  readonly #store: Store;
  readonly #values: readonly Value[];
  readonly #mine: string;

  constructor(
    { store, identity }: MessagingContext,
    scopes: readonly ScopeLabel[],
    { session, agent, startedAt, goneThrough }: Session,
    now: Micros,
  ) {
    const targets: readonly Target[] = [
      ALL,
      { kind: "agent", id: identity.clientId },
      { kind: "session", id: session },
    ];
    const pairs = scopes.flatMap((scope) => targets.map((target) => [scope, targetText(target)]));
    this.#store = store;
    this.#values = [session, agent, startedAt, now, goneThrough, ...pairs.flat()];
    this.#mine = pairs.map((_, index) => `(?${6 + 2 * index}, ?${7 + 2 * index})`).join(", ");
  }

  unread(since: Micros | undefined, most: number): StoredMessage[] {
    const sql = `${this.#with} SELECT ${STORED_COLUMNS} ${FROM_MINE} WHERE ${UNREAD} ${
      sinceSql(since)
    } ${IN_ORDER}`;
    return this.#read(sql, most);
  }

  shown(since: Micros | undefined, most: number): StoredMessage[] {
    const sql = `${this.#with} SELECT ${STORED_COLUMNS} FROM delivery d JOIN message m ON m.row = d.message
      WHERE d.session = ?1 AND m.scope IN (SELECT scope FROM mine) AND ${ALIVE}
      AND NOT EXISTS (SELECT 1 FROM ack a WHERE a.message = m.id AND a.scope = m.scope AND a.session = ?1)
      ${sinceSql(since)} ${IN_ORDER}`;
    return this.#read(sql, most);
  }

  acknowledged(since: Micros | undefined, most: number): StoredMessage[] {
    const sql = `${this.#with} SELECT ${STORED_COLUMNS} ${FROM_MINE} WHERE ${ALIVE}
      AND EXISTS (SELECT 1 FROM ack a WHERE a.message = m.id AND a.scope = m.scope AND a.session = ?1)
      ${sinceSql(since)} ${IN_ORDER}`;
    return this.#read(sql, most);
  }

  expired(since: Micros | undefined, most: number): StoredMessage[] {
    const sql = `${this.#with} SELECT ${STORED_COLUMNS} FROM message m
      WHERE (m.scope, m.target) IN (SELECT scope, target FROM mine) AND NOT (${ALIVE})
      ${sinceSql(since)} ${IN_ORDER}`;
    return this.#read(sql, most);
  }

  count(): number {
    const sql =
      `${this.#with} SELECT count(*) AS n FROM (SELECT 1 ${FROM_MINE} WHERE ${UNREAD} LIMIT ${MOST_COUNTED})`;
    return this.#store.get(sql, this.#values, (row) => number(row, "n")) ?? 0;
  }

  firstUnread(): number | undefined {
    const sql = `${this.#with} SELECT m.row ${FROM_MINE} WHERE ${UNREAD} ORDER BY m.row LIMIT 1`;
    return this.#store.get(sql, this.#values, (row) => number(row, "row"));
  }

  get #with(): string {
    return `WITH mine (scope, target) AS (VALUES ${this.#mine})`;
  }

  #read(sql: string, most: number): StoredMessage[] {
    return this.#store.all(`${sql} LIMIT ${Math.trunc(most)}`, this.#values, readStored);
  }
}

const FROM_MINE = "FROM mine CROSS JOIN message m ON m.scope = mine.scope AND m.target = mine.target";
const ALIVE = "m.state = 0 AND (m.expires_at IS NULL OR m.expires_at > ?4)";

// Not what the session itself sent to many, not what it was shown or has acknowledged, and not what came before it began and
// an earlier session of its agent has seen to.
const UNREAD = `${ALIVE} AND m.row > ?5 AND (m.sender_session <> ?1 OR m.target = 'session/' || ?1)
  AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.session = ?1 AND d.message = m.row)
  AND NOT EXISTS (SELECT 1 FROM ack a WHERE a.message = m.id AND a.scope = m.scope
    AND (a.session = ?1 OR (a.agent = ?2 AND m.received_at < ?3)))`;

const IN_ORDER = "ORDER BY m.created_at, coalesce(m.sender_seq, 0), m.id";

function sinceSql(since: Micros | undefined): string {
  return since === undefined ? "" : `AND m.created_at >= ${Math.trunc(since)}`;
}

function lastRow(store: Store): number {
  return store.get("SELECT coalesce(max(row), 0) AS row FROM message", [], (row) => number(row, "row")) ?? 0;
}

// What a sender counted is shown in that order; where one lacks, what follows waits for it, but not for long.
function inOrder(
  store: Store,
  unread: readonly StoredMessage[],
  now: Micros,
): { ready: StoredMessage[]; held: number } {
  const gaps = new Map<string, number>();
  for (const stored of unread) {
    const { sequence = 0, sender } = stored.message;
    const age = now - stored.receivedAt;
    // The clock may have been set back since it came.
    if (sequence <= 1 || sender.session === "" || age < 0 || age >= HOLD) continue;
    if (hasBefore(store, stored)) continue;
    const stream = streamOf(stored);
    gaps.set(stream, Math.min(sequence, gaps.get(stream) ?? sequence));
  }
  const isReady = (stored: StoredMessage) =>
    (stored.message.sequence ?? 0) < (gaps.get(streamOf(stored)) ?? Infinity);
  const ready = unread.filter(isReady);
  return { ready, held: unread.length - ready.length };
}

function streamOf({ message: { sender, scope, target } }: StoredMessage): string {
  return JSON.stringify([sender.session, scopeLabel(scope), targetText(target)]);
}

function hasBefore(
  store: Store,
  { message: { sender, scope, target, sequence = 0 } }: StoredMessage,
): boolean {
  const sql =
    "SELECT 1 FROM message WHERE sender_session = ? AND scope = ? AND target = ? AND sender_seq = ?";
  return store.get(sql, [sender.session, scopeLabel(scope), targetText(target), sequence - 1], () => true) ??
    false;
}
