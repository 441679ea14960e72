import { sha256 } from "../core/digest.ts";
import type { Quarantined } from "./quarantine.ts";
import { number, text } from "./row.ts";
import type { Store } from "./store.ts";

/** A row of the quarantine, to be handed to `release`. */
export type QuarantineRow = number;

/** What is kept aside under a key that begins so, oldest first. */
export function quarantinedBelow(store: Store, key: string): QuarantineRow[] {
  const sql = "SELECT row FROM quarantine WHERE key >= ?1 AND substr(key, 1, ?2) = ?1 ORDER BY row";
  return store.all(sql, [key, key.length], (row) => number(row, "row"));
}

/** The same, of what is kept aside for a reason that begins so. */
export function quarantinedFor(store: Store, key: string, reason: string): QuarantineRow[] {
  const sql = `SELECT row FROM quarantine WHERE reason >= ?1 AND reason < ?1 || char(1114111)
    AND substr(reason, 1, ?2) = ?1 AND substr(key, 1, ?4) = ?3 ORDER BY row`;
  return store.all(sql, [reason, reason.length, key, key.length], (row) => number(row, "row"));
}

/** The same, of one record of memories: under any key of that beginning that ends with the id. */
export function quarantinedRecord(store: Store, key: string, id: string, reason: string): QuarantineRow[] {
  const sql = `SELECT row FROM quarantine WHERE reason >= ?1 AND reason < ?1 || char(1114111)
    AND substr(reason, 1, ?2) = ?1 AND substr(key, 1, ?4) = ?3 AND substr(key, -32) = ?5 ORDER BY row`;
  return store.all(sql, [reason, reason.length, key, key.length, id], (row) => number(row, "row"));
}

/**
 * Takes a record out of the quarantine, in the caller's transaction, and gives it. Undefined when it is not there any more, or
 * when its payload was let go for lack of room: such a record stays.
 */
export function release(store: Store, row: QuarantineRow): Quarantined | undefined {
  const sql = "SELECT key, digest, reason, seen_at, payload FROM quarantine WHERE row = ?";
  const found = store.get(sql, [row], (one) => ({
    key: text(one, "key"),
    digest: text(one, "digest"),
    reason: text(one, "reason"),
    seenAt: number(one, "seen_at"),
    payload: text(one, "payload"),
  }));
  if (found === undefined || sha256(found.payload) !== found.digest) return undefined;
  store.run("DELETE FROM quarantine WHERE row = ?", row);
  return found;
}
