import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Micros } from "../../core/clock.ts";
import { formatTime } from "../../core/time.ts";
import { guarded } from "../failure.ts";

// As Python's version 1.2.0 makes it (compat data §3.4).
const SCHEMA = `
  CREATE TABLE raw_schema_version (version INTEGER PRIMARY KEY);
  CREATE TABLE migration_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE local_obs (observation_id TEXT PRIMARY KEY, payload_json TEXT NOT NULL, created_at TEXT);
  CREATE TABLE local_tomb (observation_id TEXT PRIMARY KEY, tomb_json TEXT NOT NULL, deleted_at TEXT);
  INSERT INTO raw_schema_version (version) VALUES (1);
`;

// Without this mark Python's version takes over its own search index at the second start: every payload written anew and
// every deletion without its reason (measured with 1.2.0). The path is the index's, so it holds until the folder moves.
const MIGRATED = "index_db_migrated_from=";

const ACTION = "write for the Python version";

/** A new raw.db, where Python's local mode keeps its records. It knows an id once, whatever its scope. */
export interface RawFile {
  /** Adds an observation; false when the id is there already. */
  addObservation(id: string, payload: string, createdAt: Micros): boolean;
  /** Adds a tombstone; false when the id has one already. */
  addTombstone(id: string, payload: string, deletedAt: Micros): boolean;
}

/**
 * Makes a raw.db at `path`, where nothing is yet, readable by its owner alone, and has `fill` put records into it; all of
 * them are on the disk when this returns. `now` is when they are said to have been written. Throws what `fill` throws, or a StoreFailure, and leaves half a file then.
 */
export function writeRaw<T>(path: string, now: Micros, fill: (file: RawFile) => T): T {
  Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
  return guarded(ACTION, () => {
    const db = new DatabaseSync(path);
    try {
      db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE");
      db.exec(SCHEMA);
      const observation = db.prepare("INSERT OR IGNORE INTO local_obs VALUES (?, ?, ?)");
      const tombstone = db.prepare("INSERT OR IGNORE INTO local_tomb VALUES (?, ?, ?)");
      const done = fill({
        addObservation: (id, payload, at) => Number(observation.run(id, payload, formatTime(at)).changes) > 0,
        addTombstone: (id, payload, at) => Number(tombstone.run(id, payload, formatTime(at)).changes) > 0,
      });
      const index = join(Deno.realPathSync(dirname(path)), "index.db");
      db.prepare("INSERT INTO migration_meta VALUES (?, ?)").run(`${MIGRATED}${index}`, formatTime(now));
      db.exec("COMMIT");
      return done;
    } finally {
      db.close();
    }
  });
}
