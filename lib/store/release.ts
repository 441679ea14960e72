import { sha256 } from "../core/digest.ts";
import type { Quarantined } from "./quarantine.ts";
import { number, text } from "./row.ts";
import type { Store } from "./store.ts";

/** Rows of the quarantine, to be handed to `release`. */
export type QuarantineRow = number;

/** What is kept aside for just one of these reasons, oldest first. */
export function quarantinedFor(store: Store, reasons: readonly string[]): QuarantineRow[] {
  const sql = `SELECT row FROM quarantine WHERE reason IN (${
    reasons.map(() => "?").join(", ")
  }) ORDER BY row`;
  return store.all(sql, reasons, (row) => number(row, "row"));
}

/** What is kept aside for a reason that begins so, oldest first. */
export function quarantinedForAny(store: Store, beginning: string): QuarantineRow[] {
  const sql = "SELECT row FROM quarantine WHERE reason >= ?1 AND substr(reason, 1, ?2) = ?1 ORDER BY row";
  return store.all(sql, [beginning, beginning.length], (row) => number(row, "row"));
}

/** What is kept aside under a key that begins so, oldest first. */
export function quarantinedBelow(store: Store, beginning: string): QuarantineRow[] {
  const sql = "SELECT row FROM quarantine WHERE key >= ?1 AND substr(key, 1, ?2) = ?1 ORDER BY row";
  return store.all(sql, [beginning, beginning.length], (row) => number(row, "row"));
}

/**
 * Takes a record out of the quarantine, in the caller's transaction, and gives it. Undefined when it is not there any more, or
 * when its payload was let go for lack of room: such a record stays.
 */
export function release(store: Store, row: QuarantineRow): Quarantined | undefined {
  const found = store.get(
    "SELECT key, digest, reason, seen_at, payload FROM quarantine WHERE row = ?",
    [row],
    (one) => ({
      key: text(one, "key"),
      digest: text(one, "digest"),
      reason: text(one, "reason"),
      seenAt: number(one, "seen_at"),
      payload: text(one, "payload"),
    }),
  );
  if (found === undefined || sha256(found.payload) !== found.digest) return undefined;
  store.run("DELETE FROM quarantine WHERE row = ?", row);
  return found;
}
