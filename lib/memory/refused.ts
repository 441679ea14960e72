import type { ScopeLabel } from "../core/scope.ts";
import type { Arrival, RecordDigest } from "../store/exchange.ts";
import { text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { SIGNATURE } from "../trust/reasons.ts";

// What this host refuses others may take, so it is named to them and handed on; else they would send it again and again.
// The condition is that of the index (lib/store/schema.ts).
const REFUSED = `substr(q.reason, 1, ${SIGNATURE.length}) = '${SIGNATURE}'`;

// Not where something of that record is here: then that is what other hosts have, too.
const LISTED = `SELECT substr(q.key, -32) AS id, min(q.digest) AS digest FROM quarantine q
  WHERE ${REFUSED} AND substr(q.key, -32) >= ?1 AND substr(q.key, -32) < ?2 AND substr(q.key, 1, length(?4)) = ?4
  AND NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.id = substr(q.key, -32) AND t.scope = ?3)`;

const OBSERVATIONS = `${LISTED}
  AND NOT EXISTS (SELECT 1 FROM observation o WHERE o.id = substr(q.key, -32) AND o.scope = ?3)
  AND NOT EXISTS (SELECT 1 FROM quarantine d WHERE ${REFUSED.replace("q.", "d.")}
    AND substr(d.key, -32) = substr(q.key, -32) AND substr(d.key, 1, length(?5)) = ?5)
  GROUP BY 1`;

const TOMBSTONES = `${LISTED} GROUP BY 1`;

/** The records that were set aside for their signature and whose ids begin so, as hosts compare them. */
export function refusedDigests(store: Store, scope: ScopeLabel, prefix: string): RecordDigest[] {
  const range = [prefix, `${prefix}g`, scope];
  const read = (kind: "o" | "t", sql: string, ...values: readonly string[]): RecordDigest[] =>
    store.all(sql, [...range, ...values], (row) => ({
      kind,
      id: text(row, "id"),
      hash: text(row, "digest").slice(0, 16),
    }));
  const [obs, tomb] = [`mem/${scope}/obs/`, `mem/${scope}/tomb/`];
  return [...read("o", OBSERVATIONS, obs, tomb), ...read("t", TOMBSTONES, tomb)];
}

/** Such a record as it came; undefined when there is none, or only its size is known any more. */
export function refusedRecord(
  store: Store,
  kind: "observation" | "tombstone",
  id: string,
  scope: ScopeLabel,
): Arrival | undefined {
  const below = `mem/${scope}/${kind === "observation" ? "obs" : "tomb"}/`;
  const sql = `SELECT q.key, q.payload FROM quarantine q WHERE ${REFUSED} AND substr(q.key, -32) = ?
    AND substr(q.key, 1, ?) = ? AND substr(q.payload, 1, 1) = '{' ORDER BY q.digest LIMIT 1`;
  return store.get(sql, [id, below.length, below], (row) => ({
    key: text(row, "key"),
    payload: text(row, "payload"),
  }));
}
