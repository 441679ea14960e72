import { byteLength } from "../core/bytes.ts";
import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { parseScopeLabel, type Scope, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import type { Arrival } from "../store/exchange.ts";
import { CONFLICT, quarantine } from "../store/quarantine.ts";
import { DamagedRow, number, type Row, text, type Value } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { ALL, messageKey, type Target, targetText } from "./keys.ts";
import { isExpired, isMalformed, type Message, parseMessage, stubOf } from "./message.ts";

/** A message as it lies in the database. */
export interface StoredMessage {
  /** Grows with every arrival. */
  readonly row: number;
  readonly receivedAt: Micros;
  /** Sent from this host. */
  readonly own: boolean;
  readonly message: Message;
}

/** What merging a message did; `retired`: only a stub is kept, where nothing or something else was before. */
export type Merged = "added" | "known" | "replaced" | "conflict" | "retired";

/** What of a row readStored needs, of the table `message m`. */
export const STORED_COLUMNS = "m.row, m.id, m.scope, m.target, m.received_at, m.own, m.payload";

const LIVE = 0;
const RETIRED = 1;

/**
 * Adds a message to the set of records, in the caller's transaction. The result depends on which records are there and on
 * the time, not on their order (DESIGN §1): what has expired is kept as a stub, whatever came first; of two messages
 * that share an id, the one with the smaller SHA-256 is live and the other goes to quarantine; and a stub of one keeps the
 * other from ever being delivered.
 */
export function mergeMessage(store: Store, arrived: Message, now: Micros, own: boolean): Merged {
  const message = arrived.purgedAt === undefined && isExpired(arrived, now) ? stubOf(arrived) : arrived;
  const known = findMessage(store, message.scope, message.id);
  if (known === undefined) return insertNew(store, message, now, own);
  const here = known.message;
  if (here.payload === message.payload && targetText(here.target) === targetText(message.target)) {
    return "known";
  }
  if (message.purgedAt !== undefined) return mergeStub(store, known, message, now);
  // An expired message leaves the same stub, so a stub that is not this message's is another one's: its id is used up.
  if (here.purgedAt !== undefined) {
    return isSame(here, message) ? "conflict" : refuse(store, message, "its id was used before", now);
  }
  const [winner, loser] = rank(message) < rank(here) ? [message, here] : [here, message];
  refuse(store, loser, CONFLICT, now);
  return winner === here ? "conflict" : replace(store, known, winner, now);
}

/** The message of that id in that scope, whatever is left of it. */
export function findMessage(store: Store, scope: Scope, id: string): StoredMessage | undefined {
  const sql = `SELECT ${STORED_COLUMNS} FROM message m WHERE m.scope = ? AND m.id = ?`;
  return store.get(sql, [scopeLabel(scope), id], readStored);
}

/** The messages of that id in the scopes, oldest arrival first. */
export function findMessages(store: Store, scopes: readonly ScopeLabel[], id: string): StoredMessage[] {
  const marks = scopes.map(() => "?").join(", ");
  const sql =
    `SELECT ${STORED_COLUMNS} FROM message m WHERE m.scope IN (${marks}) AND m.id = ? ORDER BY m.row`;
  return store.all(sql, [...scopes, id], readStored);
}

/** Leaves a stub in the place of a message that has expired, in the caller's transaction. */
export function retire(store: Store, stored: StoredMessage): void {
  write(store, stored.row, stubOf(stored.message));
}

/**
 * Notes in quarantine that a record came which cannot be taken, and why. Of what came only its size and digest are kept:
 * it may be a message, whose content has to go when it expires.
 */
export function setAside(store: Store, { key, payload }: Arrival, reason: string, now: Micros): void {
  const kept = `${byteLength(payload)} bytes, SHA-256 ${sha256(payload)}`;
  quarantine(store, { key, payload: kept, reason, seenAt: now });
}

/** Reads a row of STORED_COLUMNS. */
export function readStored(row: Row): StoredMessage {
  const id = text(row, "id");
  const scope = parseScopeLabel(text(row, "scope"));
  if (scope === undefined) throw new DamagedRow(`Message ${id} has the scope ${text(row, "scope")}`);
  const message = parseMessage(text(row, "payload"), { id, scope, target: readTarget(text(row, "target")) });
  if (isMalformed(message)) throw new DamagedRow(`Message ${id} is unreadable: ${message.reason}`);
  return {
    row: number(row, "row"),
    receivedAt: number(row, "received_at"),
    own: number(row, "own") === 1,
    message,
  };
}

/** Reads a target as the database holds it. */
export function readTarget(text: string): Target {
  const [kind, id] = text.split("/");
  return (kind === "agent" || kind === "session") && id !== undefined ? { kind, id } : ALL;
}

/** The key under which the mesh has a message. */
export function keyOf({ scope, target, id }: Message): string {
  return messageKey(scope, target, id);
}

function insertNew(store: Store, message: Message, now: Micros, own: boolean): Merged {
  const stub = message.purgedAt !== undefined;
  // A stub of what has not expired yet: a host's clock is ahead. The message itself may still come.
  if (stub && !isExpired(message, now)) return "conflict";
  if (!stub && isUsed(store, message.id)) return refuse(store, message, "its id was used before", now);
  insert(store, message, now, own);
  return stub ? "retired" : "added";
}

function mergeStub(store: Store, known: StoredMessage, stub: Message, now: Micros): Merged {
  const here = known.message;
  if (!isExpired(stub, now)) return "conflict";
  // The message's own time has not come, whatever its stub says.
  if (here.purgedAt === undefined && isSame(stub, here) && !isExpired(here, now)) return "conflict";
  if (here.purgedAt !== undefined && sha256(here.payload) < sha256(stub.payload)) return "conflict";
  write(store, known.row, stub);
  return "retired";
}

// A row that is for somebody else goes to the end, so that nobody passes over it.
function replace(store: Store, known: StoredMessage, message: Message, now: Micros): Merged {
  if (targetText(known.message.target) === targetText(message.target)) write(store, known.row, message);
  else {
    store.run("DELETE FROM delivery WHERE message = ?", known.row);
    store.run("DELETE FROM message WHERE row = ?", known.row);
    insert(store, message, now, known.own);
  }
  return "replaced";
}

function insert(store: Store, message: Message, now: Micros, own: boolean): void {
  store.run(
    `INSERT INTO message (id, scope, received_at, own, ${COLUMNS.join(", ")})
      VALUES (?, ?, ?, ?, ${COLUMNS.map(() => "?").join(", ")})`,
    message.id,
    scopeLabel(message.scope),
    now,
    own ? 1 : 0,
    ...valuesOf(message),
  );
}

function write(store: Store, row: number, message: Message): void {
  // What is written over must not stay in freed pages.
  store.script("PRAGMA secure_delete = ON");
  const set = COLUMNS.map((column) => `${column} = ?`).join(", ");
  store.run(`UPDATE message SET ${set} WHERE row = ?`, ...valuesOf(message), row);
  if (message.purgedAt !== undefined) store.run("DELETE FROM delivery WHERE message = ?", row);
}

const COLUMNS = [
  "target",
  "sender",
  "sender_session",
  "sender_seq",
  "thread",
  "created_at",
  "expires_at",
  "state",
  "hash",
  "payload",
] as const;

function valuesOf(message: Message): Value[] {
  return [
    targetText(message.target),
    message.sender.agent,
    message.sender.session,
    message.sequence ?? null,
    message.correlation ?? message.id,
    message.createdAt,
    message.expiresAt ?? null,
    message.purgedAt === undefined ? LIVE : RETIRED,
    message.hash,
    message.payload,
  ];
}

// Whether a stub stands for this message.
function isSame(stub: Message, message: Message): boolean {
  return stub.hash === message.hash;
}

function rank(message: Message): string {
  return sha256(`${keyOf(message)}\n${message.payload}`);
}

function refuse(store: Store, message: Message, reason: string, now: Micros): "conflict" {
  setAside(store, { key: keyOf(message), payload: message.payload }, reason, now);
  return "conflict";
}

function isUsed(store: Store, id: string): boolean {
  return store.get("SELECT 1 FROM retired_message WHERE id = ?", [id], () => true) ?? false;
}
