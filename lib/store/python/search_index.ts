import { looseText, type PythonDatabase } from "./database.ts";
import type { PythonReader } from "./record.ts";

/**
 * Reads an index.db, what Python's version knew of its mesh (compat data §3.2); undefined when it is none. Older ones
 * lack columns. Its superseded_by is not read: who supersedes whom follows from the payloads.
 */
export function readSearchIndex(db: PythonDatabase): PythonReader | undefined {
  if (!db.has("obs_index", "observation_id", "payload_json")) return undefined;
  const column = (name: string) => db.has("obs_index", name) ? name : `NULL AS ${name}`;
  const sql = `SELECT rowid AS at, observation_id AS id, payload_json AS observation, ${
    column("deleted_at")
  }, ${column("shadowed_at")}
    FROM obs_index WHERE rowid > ? ORDER BY rowid LIMIT ?`;
  return {
    count: db.count("FROM obs_index"),
    *records() {
      for (const row of db.rows(sql)) {
        yield {
          id: looseText(row, "id") ?? "",
          key: undefined,
          observation: looseText(row, "observation"),
          tombstone: undefined,
          deletedAt: looseText(row, "deleted_at"),
          shadowedAt: looseText(row, "shadowed_at"),
        };
      }
    },
  };
}
