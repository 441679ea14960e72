import type { Micros } from "../core/clock.ts";
import { MESH, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { number } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { eachStored, STATE, type StoredObservation } from "./records.ts";

/** Records of before there were tiers. */
export interface LegacyCount {
  readonly memories: number;
  readonly deletions: number;
}

// Python's version put under keys without a tier what names none itself (compat data §1.1). SQLite reads no JSON that is
// nested deeper than 1,000; such a record was never saved by anybody.
const LEGACY = `o.scope = '${scopeLabel(MESH)}'
  AND CASE WHEN json_valid(o.payload) THEN coalesce(json_extract(o.payload, '$.visibility'), '') ELSE '?' END = ''`;

const MEMORIES = `FROM observation o WHERE o.state <> ${STATE.shadowed} AND ${LEGACY}
  AND NOT EXISTS (SELECT 1 FROM at_home h WHERE h.id = o.id AND h.scope = o.scope)`;

// Of a deletion whose memory is not here nobody can say where that stood; putting it once more does no harm.
const DELETIONS = `FROM tombstone t LEFT JOIN observation o ON o.id = t.id AND o.scope = t.scope
  WHERE t.scope = '${scopeLabel(MESH)}' AND (o.id IS NULL OR (${LEGACY}))
  AND NOT EXISTS (SELECT 1 FROM at_home h WHERE h.id = t.id AND h.scope = t.scope)`;

/**
 * The key of the oldest form that takes a tombstone besides its own: where its memory may still stand under such a key, so that
 * hosts that know no others hear of the deletion (DESIGN §4). Undefined for all other tombstones.
 */
export function legacyMirror(store: Store, id: string, scope: ScopeLabel, key: string): string | undefined {
  if (scope !== scopeLabel(MESH)) return undefined;
  const isLegacy = store.get(`SELECT 1 FROM observation o WHERE o.id = ? AND ${LEGACY}`, [id], () => true);
  return isLegacy ? key.replace(`mem/${scope}/`, "mem/") : undefined;
}

/** The live memories without a tier, but those that nobody chose to share. */
export function eachLegacy(store: Store): Generator<StoredObservation, void> {
  const where = `o.state = ${STATE.live} AND ${LEGACY}
    AND NOT EXISTS (SELECT 1 FROM at_home h WHERE h.id = o.id AND h.scope = o.scope)`;
  return eachStored(store, where, []);
}

/** How many records here may stand only under keys without a tier, in the mesh. */
export function countLegacy(store: Store): LegacyCount {
  const count = (from: string) =>
    store.get(`SELECT count(*) AS n ${from}`, [], (row) => number(row, "n")) ?? 0;
  return { memories: count(MEMORIES), deletions: count(DELETIONS) };
}

/**
 * Puts the same records into the outbox, so that the mesh has them under keys of its tier, byte for byte. What stands
 * under the old keys stays there: it is the same record, and we never send a DELETE (DESIGN §5). Doing it again sends
 * them again and changes nothing. Gives how many records are in the outbox for it.
 */
export function migrateLegacy(store: Store, now: Micros): LegacyCount {
  return store.write(() => {
    const found = countLegacy(store);
    const into = "INSERT OR IGNORE INTO outbox (kind, id, scope, queued_at) SELECT";
    store.run(`${into} 'observation', o.id, o.scope, ? ${MEMORIES}`, now);
    store.run(`${into} 'tombstone', t.id, t.scope, ? ${DELETIONS}`, now);
    return found;
  });
}
