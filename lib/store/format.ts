import type { DatabaseSync } from "node:sqlite";
import { Failure } from "../core/errors.ts";
import { SCHEMA_VERSION } from "./schema.ts";

/** SQLite's application_id of our databases: "kiok" in ASCII. */
export const APPLICATION_ID = 0x6b696f6b;

/** The schema version of a database; 0 for an empty one. */
export function schemaVersion(db: DatabaseSync): number {
  return readNumber(db, "PRAGMA user_version");
}

/** Whether the database has no tables yet. */
export function isEmpty(db: DatabaseSync): boolean {
  return readNumber(db, "SELECT count(*) FROM sqlite_schema") === 0;
}

/** Throws a Failure when another program made the database. */
export function refuseForeign(db: DatabaseSync): void {
  const isOurs = () => readNumber(db, "PRAGMA application_id") === APPLICATION_ID;
  // Read again, since another process may be making the database just now.
  if (isOurs() || isEmpty(db) || isOurs()) return;
  throw new Failure(
    "Cannot open the database: it is another program's. Move the file away; if it is ours and damaged, run " +
      "`kioku-mesh salvage --force`.",
  );
}

/** Throws a Failure when a newer version of this program wrote the database; `known` is the version that this one writes. */
export function refuseNewer(db: DatabaseSync, known: number = SCHEMA_VERSION): void {
  const found = schemaVersion(db);
  if (found <= known) return;
  throw new Failure(
    `Cannot open the database: it was written by a newer version (schema ${found}, this program knows ${known}). ` +
      "Update kioku-mesh.",
  );
}

function readNumber(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0] ?? 0);
}
