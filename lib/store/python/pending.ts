import { looseText, type PythonDatabase } from "./database.ts";
import type { PythonReader } from "./record.ts";

/** Reads pending_puts.db, what Python's version had not yet sent (compat data §3.3); undefined when it is none. */
export function readPending(db: PythonDatabase): PythonReader | undefined {
  if (!db.has("pending_puts", "key_expr", "kind", "observation_id", "payload_json")) return undefined;
  const sql = `SELECT rowid AS at, key_expr AS key, kind, observation_id AS id, payload_json AS payload
    FROM pending_puts WHERE rowid > ? ORDER BY rowid LIMIT ?`;
  return {
    count: db.count("FROM pending_puts"),
    *records() {
      for (const row of db.rows(sql)) {
        const payload = looseText(row, "payload");
        const isTombstone = looseText(row, "kind") === "tombstone";
        yield {
          id: looseText(row, "id") ?? "",
          key: looseText(row, "key") ?? "",
          observation: isTombstone ? undefined : payload,
          tombstone: isTombstone ? payload : undefined,
          deletedAt: isTombstone ? "" : undefined,
          shadowedAt: undefined,
        };
      }
    },
  };
}
