import type { Row } from "../row.ts";
import { looseText, type PythonDatabase } from "./database.ts";
import type { PythonReader, PythonRecord } from "./record.ts";

/** Reads local/raw.db, where Python's local mode keeps its records (compat data §3.4); undefined when it is none. */
export function readRaw(db: PythonDatabase): PythonReader | undefined {
  const observations = db.has("local_obs", "observation_id", "payload_json");
  const tombstones = db.has("local_tomb", "observation_id", "tomb_json");
  const deletedAt = db.has("local_tomb", "deleted_at") ? "coalesce(t.deleted_at, '')" : "''";
  if (!observations && !tombstones) return undefined;
  // Since it was made from an index.db, raw.db may have tombstones without an observation (compat data §4.14).
  const alone = observations
    ? "NOT EXISTS (SELECT 1 FROM local_obs o WHERE o.observation_id = t.observation_id)"
    : "TRUE";
  const joined = tombstones ? "LEFT JOIN local_tomb t ON t.observation_id = o.observation_id" : "";
  const ofObservations = `SELECT o.rowid AS at, o.observation_id AS id, o.payload_json AS observation,
    ${
    tombstones
      ? `t.tomb_json AS tombstone, CASE WHEN t.observation_id IS NOT NULL THEN ${deletedAt} END AS deleted_at`
      : "NULL AS tombstone"
  }
    FROM local_obs o ${joined} WHERE o.rowid > ? ORDER BY o.rowid LIMIT ?`;
  const ofTombstones =
    `SELECT t.rowid AS at, t.observation_id AS id, t.tomb_json AS tombstone, ${deletedAt} AS deleted_at
    FROM local_tomb t WHERE t.rowid > ? AND ${alone} ORDER BY t.rowid LIMIT ?`;
  return {
    count: (observations ? db.count("FROM local_obs") : 0) +
      (tombstones ? db.count(`FROM local_tomb t WHERE ${alone}`) : 0),
    *records() {
      if (observations) { for (const row of db.rows(ofObservations)) yield toRecord(row); }
      if (tombstones) { for (const row of db.rows(ofTombstones)) yield toRecord(row); }
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
