import type { Micros } from "../core/clock.ts";
import { type ScopeLabel, scopeLabel } from "../core/scope.ts";
import {
  type Arrival,
  hashOf,
  type Ingested,
  type Ingestion,
  type Part,
  type RecordDigest,
  type RecordName,
  type RecordSpace,
} from "../store/exchange.ts";
import { enqueue, type OutboxKind } from "../store/outbox.ts";
import { text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { UNSIGNED } from "../trust/reasons.ts";
import { ackId, parseAck } from "./ack.ts";
import { ackPayload, keepAcks, mergeAck } from "./acks.ts";
import { NO_HEARTBEAT, parseHeartbeat } from "./heartbeat.ts";
import { ackKey, type MessageKey, messageKey, parseMessageKey } from "./keys.ts";
import { isMalformed, type Message, parseMessage } from "./message.ts";
import { noteGone, notePresent } from "./presence.ts";
import { mergeMessage, readTarget, setAside } from "./records.ts";
import { readScope } from "./scopes.ts";
import { checkSignature } from "./signature.ts";

/** Messages and acknowledgements, as hosts exchange them. */
export const MESSAGES: RecordSpace = {
  kinds: ["m", "a"],
  owns: (key) => key.startsWith("msg/"),
  nameOf,
  syncKey: (scope) => `msg/${scope}/sync`,
  subscriptions: (scope) => [`msg/${scope}/**`],
  parts,
  ingest,
  // Messages end by their own time alone: whoever deletes one, by a clock of his own, deletes it for everybody.
  ingestDelete: () => false,
  isKnown,
  digests,
  outgoing,
};

function nameOf(key: string): RecordName | undefined {
  const read = parseMessageKey(key);
  if (read?.kind === "message") return { kind: "m", id: read.id };
  if (read?.kind === "ack") {
    return { kind: "a", id: ackId(scopeLabel(read.scope), read.message, read.session) };
  }
  return undefined;
}

/** Messages by the first digit of their ids, so that no more than a part of them is in memory at a time; then all that acknowledges them. */
function parts(scope: ScopeLabel): Part[] {
  const place = `msg/${scope}`;
  const messages = [..."0123456789abcdef"].map((digit): Part => ({
    steps: [[`${place}/${digit}$*`, `${place}/inbox/*/*/${digit}$*`]],
    kinds: ["m"],
    prefix: digit,
  }));
  return [...messages, { steps: [[`${place}/ack/*/*`]], kinds: ["a"], prefix: "" }];
}

function ingest(store: Store, arrival: Arrival, how: Ingestion): Ingested {
  const key = parseMessageKey(arrival.key);
  if (key?.kind === "message") return ingestMessage(store, arrival, key, how);
  if (key?.kind === "ack") return ingestAck(store, arrival, key, how);
  if (key?.kind === "presence") return ingestHeartbeat(store, arrival, key, how);
  setAside(store, arrival, "its key is not a message's", how.now);
  return "quarantined";
}

function ingestMessage(
  store: Store,
  arrival: Arrival,
  key: Extract<MessageKey, { kind: "message" }>,
  { now, republish, refuseUnproven = false }: Ingestion,
): Ingested {
  const read = parseMessage(arrival.payload, key);
  const refused = isMalformed(read) ? read.reason : refusal(store, read, now, refuseUnproven);
  if (isMalformed(read) || refused !== undefined) {
    setAside(store, arrival, refused ?? "it is malformed", now);
    return "quarantined";
  }
  const scope = scopeLabel(key.scope);
  const merged = mergeMessage(store, read, now, false);
  if (merged === "added" || merged === "replaced") keepAcks(store, key.id, scope, now);
  // The mesh holds something else under the very key: what is here takes its place there.
  if (republish) {
    const ours = outgoing(store, "message", key.id, scope);
    if (ours?.key === arrival.key && ours.payload !== arrival.payload) {
      enqueue(store, "message", key.id, scope, now);
    }
  }
  return merged === "retired" ? "deleted" : merged;
}

// Stubs are nobody's: what they may do is decided by the time alone.
function refusal(store: Store, message: Message, now: Micros, refuseUnproven: boolean): string | undefined {
  if (message.purgedAt !== undefined) return undefined;
  const { state, reason = UNSIGNED } = checkSignature(store, message, now);
  return state === "forged" || (refuseUnproven && state !== "verified") ? reason : undefined;
}

function ingestAck(
  store: Store,
  arrival: Arrival,
  { scope, message, session }: Extract<MessageKey, { kind: "ack" }>,
  { now, republish }: Ingestion,
): Ingested {
  const read = parseAck(arrival.payload, message, session);
  if (isMalformed(read)) {
    setAside(store, arrival, read.reason, now);
    return "quarantined";
  }
  const label = scopeLabel(scope);
  if (mergeAck(store, read, label, now)) return "added";
  const ours = ackPayload(store, message, session, label);
  if (ours === undefined || ours === arrival.payload) return "known";
  if (republish) enqueue(store, "ack", ackId(label, message, session), label, now);
  return "conflict";
}

// No record: it is not kept, only what it says of who is there.
function ingestHeartbeat(
  store: Store,
  { payload }: Arrival,
  key: Extract<MessageKey, { kind: "presence" }>,
  { now }: Ingestion,
): Ingested {
  const scope = scopeLabel(key.scope);
  const heartbeat = parseHeartbeat(payload, key, scope);
  if (heartbeat !== undefined && heartbeat.expiresAt > now) {
    notePresent(store, heartbeat.alive, now, heartbeat.expiresAt);
  } else if (payload === NO_HEARTBEAT) noteGone(store, scope, key.session, now);
  return "known";
}

function isKnown(store: Store, { key, payload }: Arrival): boolean {
  const read = parseMessageKey(key);
  if (read?.kind === "ack") {
    return ackPayload(store, read.message, read.session, scopeLabel(read.scope)) === payload;
  }
  if (read?.kind !== "message") return false;
  const ours = outgoing(store, "message", read.id, scopeLabel(read.scope));
  return ours?.key === key && ours.payload === payload;
}

/** A message counts as what it was before only a stub was left, so that hosts whose clocks differ have the same. */
function digests(store: Store, scope: ScopeLabel, prefix: string): RecordDigest[] {
  // No digit comes after "f", so "g" is above every id that begins so.
  const values = [scope, prefix, `${prefix}g`];
  const messages = store.all(
    "SELECT id, hash FROM message WHERE scope = ? AND id >= ? AND id < ?",
    values,
    (row): RecordDigest => ({ kind: "m", id: text(row, "id"), hash: text(row, "hash") }),
  );
  const acks = store.all(
    "SELECT id, payload FROM ack WHERE scope = ? AND id >= ? AND id < ? AND hidden = 0 AND payload <> ''",
    values,
    (row): RecordDigest => ({ kind: "a", id: text(row, "id"), hash: hashOf(text(row, "payload")) }),
  );
  return [...messages, ...acks];
}

function outgoing(store: Store, kind: OutboxKind, id: string, scope: ScopeLabel): Arrival | undefined {
  if (kind === "message") {
    const sql = "SELECT target, payload FROM message WHERE scope = ? AND id = ?";
    return store.get(sql, [scope, id], (row) => ({
      key: messageKey(readScope(scope), readTarget(text(row, "target")), id),
      payload: text(row, "payload"),
    }));
  }
  if (kind !== "ack") return undefined;
  const sql = "SELECT message, session, payload FROM ack WHERE scope = ? AND id = ? AND payload <> ''";
  return store.get(sql, [scope, id], (row) => ({
    key: ackKey(readScope(scope), text(row, "message"), text(row, "session")),
    payload: text(row, "payload"),
  }));
}
