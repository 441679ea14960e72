import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { parseRecordKey, type RecordKey } from "../core/keyspace.ts";
import { MESH, type Scope } from "../core/scope.ts";
import type { Store } from "../store/store.ts";
import { isMalformed, parseObservation } from "./observation.ts";
import { quarantine } from "./quarantine.ts";
import { type Merged, mergeObservation, mergeTombstone } from "./records.ts";
import { flagSecrets } from "./secrets/flags.ts";
import { formatTombstone, parseTombstone } from "./tombstone.ts";

/** A record as it came from another host. */
export interface Arrival {
  readonly key: string;
  readonly payload: string;
}

/** What became of an arrival. */
export type Ingested = Merged | "deleted" | "quarantined";

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
export function ingest(store: Store, arrival: Arrival, now: Micros): Ingested {
  const key = parseRecordKey(arrival.key);
  if (key === undefined) return aside(store, arrival, "its key is not a record's", now);
  if (arrival.payload.length > LONGEST_PAYLOAD) return asideTooLong(store, arrival, now);
  const scope = key.scope ?? MESH;
  return key.kind === "obs"
    ? ingestObservation(store, arrival, key, scope, now)
    : ingestTombstone(store, arrival, key, scope, now);
}

/**
 * Takes the DELETE of a key, as Python hosts send them, in the caller's transaction: of an observation's key it counts as
 * a tombstone in that key's scope, of a tombstone's key as nothing (DESIGN §5). Gives whether anything changed.
 */
export function ingestDelete(store: Store, keyText: string, now: Micros): boolean {
  const key = parseRecordKey(keyText);
  if (key?.kind !== "obs") return false;
  return mergeTombstone(store, formatTombstone(key.id, "", now), key.scope ?? MESH, key);
}

function ingestObservation(
  store: Store,
  arrival: Arrival,
  key: RecordKey,
  scope: Scope,
  now: Micros,
): Ingested {
  const read = parseObservation(arrival.payload, { scope, id: key.id, author: key });
  if (isMalformed(read)) return aside(store, arrival, read.reason, now);
  const merged = mergeObservation(store, read, now);
  if (merged === "added" || merged === "replaced") flagSecrets(store, read);
  return merged;
}

function ingestTombstone(
  store: Store,
  arrival: Arrival,
  key: RecordKey,
  scope: Scope,
  now: Micros,
): Ingested {
  const read = parseTombstone(arrival.payload, key.id);
  if (isMalformed(read)) return aside(store, arrival, read.reason, now);
  return mergeTombstone(store, read, scope, key) ? "deleted" : "known";
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
