import type { ScopeLabel } from "../core/scope.ts";
import { hashOf, type RecordDigest } from "../store/exchange.ts";
import { text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { refusedDigests } from "./refused.ts";

/**
 * The records whose ids begin with `prefix`, as they are compared with other hosts: what is live, stubs of what was erased,
 * and tombstones. Left out are bodies that a tombstone hides, since every host drops them in its own time, and what
 * this host does not show: records that were not seen in the mesh, that nobody chose to share, or that are held back. What it
 * refuses for its signature is among them.
 */
export function digests(store: Store, scope: ScopeLabel, prefix: string): RecordDigest[] {
  // No digit comes after "f", so "g" is above every id that begins so.
  const values = [prefix, `${prefix}g`, scope];
  const read = (kind: "o" | "t", sql: string): RecordDigest[] =>
    store.all(sql, values, (row) => ({ kind, id: text(row, "id"), hash: hashOf(text(row, "payload")) }));
  return [...read("o", OBSERVATIONS), ...read("t", TOMBSTONES), ...refusedDigests(store, scope, prefix)];
}

const AT_HOME = "EXISTS (SELECT 1 FROM at_home h WHERE h.id = r.id AND h.scope = r.scope)";

// Held back: it holds what looks like a secret, and it still waits to go out, so the mesh does not have it from here.
const HELD_BACK =
  `(EXISTS (SELECT 1 FROM secret_flag f WHERE f.id = r.id AND f.scope = r.scope AND f.allowed_at IS NULL)
  AND EXISTS (SELECT 1 FROM outbox x WHERE x.kind = 'observation' AND x.id = r.id AND x.scope = r.scope))`;

// Unsigned, or after signature and nonce. In a text a quotation mark has a backslash before it.
const IS_STUB = `(substr(payload, 1, 12) = '{"purged_at"'
  OR (substr(payload, 1, 9) = '{"_sig": ' AND instr(substr(payload, 1, 200), ', "purged_at": "') > 0))`;

const OBSERVATIONS = `SELECT id, payload FROM observation r WHERE id >= ? AND id < ? AND scope = ?
  AND (state IN (0, 3) OR (state = 1 AND ${IS_STUB})) AND NOT ${AT_HOME} AND NOT ${HELD_BACK}`;

const TOMBSTONES =
  `SELECT id, payload FROM tombstone r WHERE id >= ? AND id < ? AND scope = ? AND NOT ${AT_HOME}`;
