import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { parseRecordKey, type RecordKey } from "../core/keyspace.ts";
import { MESH, type Scope, scopeLabel } from "../core/scope.ts";
import type { Arrival, Ingested, Ingestion } from "../store/exchange.ts";
import { enqueue, type OutboxKind } from "../store/outbox.ts";
import { text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { noLongerAtHome } from "./at_home.ts";
import { judgeObservation, judgeTombstone } from "./judgement.ts";
import { isMalformed, parseObservation } from "./observation.ts";
import { outgoingRecord } from "./outgoing.ts";
import { isQuarantined, quarantine } from "../store/quarantine.ts";
import { refusal } from "../trust/judge.ts";
import { FORGED, SIGNATURE, UNSIGNED_DELETE } from "../trust/reasons.ts";
import { keptVerdict } from "../trust/verdicts.ts";
import { beats, findRecord, mergeObservation, mergeTombstone, outranks, verdictOf } from "./records.ts";
import { flagSecrets } from "./secrets/flags.ts";
import { formatTombstone, parseTombstone } from "./tombstone.ts";

/**
 * The longest payload that is taken, in UTF-16 units. Python's version has no limit, so this is far beyond what anybody
 * saves, and far below what would make a host stumble.
 */
export const LONGEST_PAYLOAD = 8_388_608;

/**
 * Adds a record from another host to the set, in the caller's transaction: in any order, as often as it comes. What does
 * not agree with its key is kept in quarantine with the reason and stops nothing (DESIGN §4). Keys of the oldest form,
 * which name no tier, belong to the mesh.
 */
export function ingest(store: Store, arrival: Arrival, how: Ingestion): Ingested {
  const { now, republish, stores = false } = how;
  const key = parseRecordKey(arrival.key);
  if (key === undefined) return aside(store, arrival, "its key is not a record's", now);
  if (arrival.payload.length > LONGEST_PAYLOAD) return asideTooLong(store, arrival, now);
  const scope = key.scope ?? MESH;
  const done = key.kind === "obs"
    ? ingestObservation(store, arrival, key, scope, how)
    : ingestTombstone(store, arrival, key, scope, how);
  if (done === "quarantined") return done;
  noLongerAtHome(store, key.id, scopeLabel(scope));
  if ((done === "conflict" && republish) || (done === "replaced" && stores)) {
    sendAgain(store, arrival, key, scope, now);
  }
  return done;
}

/** Whether a record is here already, byte for byte, so that taking it would change nothing. Needs no transaction. */
export function isKnown(store: Store, arrival: Arrival): boolean {
  const key = parseRecordKey(arrival.key);
  if (key === undefined) return false;
  const table = key.kind === "obs" ? "observation" : "tombstone";
  // A shadowed record comes to life when it arrives.
  const sql = `SELECT r.payload FROM ${table} r WHERE r.id = ?1 AND r.scope = ?2
    ${key.kind === "obs" ? "AND r.state <> 2" : ""}
    AND NOT EXISTS (SELECT 1 FROM at_home h WHERE h.id = ?1 AND h.scope = ?2)`;
  const found = store.get(sql, [key.id, scopeLabel(key.scope ?? MESH)], (row) => text(row, "payload"));
  // What was set aside for its signature is looked at again when that may have changed, not whenever it comes; but where the
  // record itself is here, whoever holds something else has to be given it, however often.
  return found === arrival.payload || (found === undefined &&
    [SIGNATURE, FORGED].some((reason) => isQuarantined(store, arrival.key, arrival.payload, reason)));
}

/** Keeps aside what is no text at all; `text` is what of it can be read. In the caller's transaction. */
export function ingestUnreadable(store: Store, arrival: Arrival, now: Micros): Ingested {
  if (arrival.payload.length > LONGEST_PAYLOAD) return asideTooLong(store, arrival, now);
  return aside(store, arrival, "its bytes are not UTF-8", now);
}

/**
 * Takes the DELETE of a key, as Python hosts send them, in the caller's transaction: of an observation's key it counts as
 * a tombstone in that key's scope, of a tombstone's key as nothing (DESIGN §5). Gives whether anything changed. A router
 * forgets a DELETE, so the tombstone goes out from a host that republishes; it also puts back a tombstone that was deleted,
 * since the next host that asks the storages must find it. Nobody can sign a DELETE.
 */
export function ingestDelete(store: Store, keyText: string, how: Ingestion): boolean {
  const { now, republish, refuseUnproven } = how;
  const key = parseRecordKey(keyText);
  if (key === undefined) return false;
  const scope = key.scope ?? MESH;
  if (key.kind === "tomb") {
    const ours = outgoingRecord(store, "tombstone", key.id, scopeLabel(scope));
    if (republish && ours?.key === keyText) enqueue(store, "tombstone", key.id, scopeLabel(scope), now);
    return false;
  }
  const isNew = outgoingRecord(store, "tombstone", key.id, scopeLabel(scope)) === undefined;
  if (!isNew) return false;
  if (refuseUnproven) {
    quarantine(store, { key: keyText, payload: "", reason: UNSIGNED_DELETE, seenAt: now });
    return false;
  }
  mergeTombstone(store, formatTombstone(key.id, "", now), scope, key);
  noLongerAtHome(store, key.id, scopeLabel(scope));
  if (republish) enqueue(store, "tombstone", key.id, scopeLabel(scope), now);
  return true;
}

function ingestObservation(
  store: Store,
  arrival: Arrival,
  key: RecordKey,
  scope: Scope,
  { now, republish, refuseUnproven = false }: Ingestion,
): Ingested {
  const read = parseObservation(arrival.payload, { scope, id: key.id, author: key });
  if (isMalformed(read)) return aside(store, arrival, read.reason, now);
  const verdict = judgeObservation(store, read, now);
  const refused = refusal(verdict, refuseUnproven);
  const known = refused === undefined ? undefined : findRecord(store, read.id, scope)?.observation;
  if (refused !== undefined && known?.payload !== arrival.payload) {
    // What is here has to be in the storage too; but others may take what is refused here, and then it has to win there.
    if (
      republish && known !== undefined && beats(known, verdictOf(store, known), read, verdict)
    ) {
      sendAgain(store, arrival, key, scope, now);
    }
    return aside(store, arrival, refused, now);
  }
  const merged = mergeObservation(store, read, now, undefined, verdict);
  if (merged === "added" || merged === "replaced") flagSecrets(store, read);
  return merged;
}

function ingestTombstone(
  store: Store,
  arrival: Arrival,
  key: RecordKey,
  scope: Scope,
  { now, republish, refuseUnproven = false }: Ingestion,
): Ingested {
  const read = parseTombstone(arrival.payload, key.id);
  if (isMalformed(read)) return aside(store, arrival, read.reason, now);
  const label = scopeLabel(scope);
  const verdict = judgeTombstone(store, read, scope, key, now);
  const refused = refusal(verdict, refuseUnproven);
  const known = outgoingRecord(store, "tombstone", key.id, label)?.payload;
  if (refused !== undefined && known !== arrival.payload) {
    const kept = keptVerdict(store, "t", key.id, label);
    if (republish && known !== undefined && outranks(known, kept, arrival.payload, verdict)) {
      sendAgain(store, arrival, key, scope, now);
    }
    return aside(store, arrival, refused, now);
  }
  if (mergeTombstone(store, read, scope, key, verdict)) return "deleted";
  const kept = outgoingRecord(store, "tombstone", key.id, label);
  return kept?.payload === arrival.payload ? "known" : "conflict";
}

// Only under the very key that the other payload came under: nothing that is put elsewhere would take its place there.
function sendAgain(store: Store, arrival: Arrival, key: RecordKey, scope: Scope, now: Micros): void {
  const kind: OutboxKind = key.kind === "obs" ? "observation" : "tombstone";
  const label = scopeLabel(scope);
  const ours = outgoingRecord(store, kind, key.id, label);
  if (ours === undefined || ours.key !== arrival.key) {
    return;
  }
  enqueue(store, kind, key.id, label, now);
}

function aside(store: Store, { key, payload }: Arrival, reason: string, now: Micros): Ingested {
  quarantine(store, { key, payload, reason, seenAt: now });
  return "quarantined";
}

// Of what is too long only that it came is kept, else it would fill the disk that it was kept from.
function asideTooLong(store: Store, { key, payload }: Arrival, now: Micros): Ingested {
  const reason = `it is longer than ${LONGEST_PAYLOAD} characters`;
  quarantine(store, {
    key,
    payload: `${payload.length} characters, SHA-256 ${sha256(payload)}`,
    reason,
    seenAt: now,
  });
  return "quarantined";
}
