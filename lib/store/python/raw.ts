import type { Row } from "../row.ts";
import { looseText, type PythonDatabase } from "./database.ts";
import type { PythonReader, PythonRecord } from "./record.ts";

/** Reads local/raw.db, where Python's local mode keeps its records (compat data §3.4); undefined when it is none. */
export function readRaw(db: PythonDatabase): PythonReader | undefined {
  const observations = db.has("local_obs", "observation_id", "payload_json");
  const tombstones = db.has("local_tomb", "observation_id", "tomb_json");
  if (!observations && !tombstones) return undefined;
  const deletedAt = db.has("local_tomb", "deleted_at") ? "t.deleted_at" : "NULL";
  const deletion = `t.tomb_json AS tombstone, coalesce(${deletedAt}, '') AS deleted_at`;
  const queries = [
    observations && tombstones
      ? `SELECT o.observation_id AS id, o.payload_json AS observation, t.tomb_json AS tombstone,
          CASE WHEN t.observation_id IS NOT NULL THEN coalesce(${deletedAt}, '') END AS deleted_at
          FROM local_obs o LEFT JOIN local_tomb t ON t.observation_id = o.observation_id`
      : observations
      ? "SELECT observation_id AS id, payload_json AS observation, NULL AS tombstone, NULL AS deleted_at FROM local_obs"
      : undefined,
    tombstones
      ? `SELECT t.observation_id AS id, NULL AS observation, ${deletion} FROM local_tomb t ${
        observations ? "WHERE NOT EXISTS (SELECT 1 FROM local_obs o WHERE o.observation_id = t.observation_id)" : ""
      }`
      : undefined,
  ];
  return {
    count: (observations ? db.count("local_obs") : 0) + (tombstones ? db.count("local_tomb") : 0),
    *records() {
      for (const sql of queries) if (sql !== undefined) for (const row of db.rows(sql)) yield toRecord(row);
    },
  };
}

function toRecord(row: Row): PythonRecord {
  return {
    id: looseText(row, "id") ?? "",
    key: undefined,
    observation: looseText(row, "observation"),
    tombstone: looseText(row, "tombstone"),
    deletedAt: looseText(row, "deleted_at"),
    shadowedAt: undefined,
  };
}
