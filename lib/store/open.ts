import { DatabaseSync } from "node:sqlite";
import { formatTime } from "../core/time.ts";
import type { Clock } from "../core/clock.ts";
import { Failure } from "../core/errors.ts";
import { guarded, StoreFailure, troubleOf } from "./failure.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "./schema.ts";
import { BUSY_TIMEOUT, Store } from "./store.ts";

/**
 * Opens the database file and creates it, readable by its owner alone, when there is none. Brings an older schema up
 * to date after a copy of the file is beside it, refuses a newer one. Throws a StoreFailure or a Failure.
 */
export function openStore(path: string, clock: Clock): Store {
  createPrivately(path);
  const db = guarded("open the database", () => new DatabaseSync(path, { timeout: BUSY_TIMEOUT }));
  try {
    return guarded("open the database", () => {
      prepare(db);
      migrate(db, path, clock);
      return new Store(path, db);
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A database that is gone when it is closed, for tests and benchmarks. */
export function openInMemory(clock: Clock): Store {
  const db = new DatabaseSync(":memory:");
  prepare(db);
  migrate(db, ":memory:", clock);
  return new Store(":memory:", db);
}

// SQLite gives its -wal and -shm files the permissions of the database, so only this one has to be made with care.
function createPrivately(path: string): void {
  try {
    Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw new StoreFailure("create the database", error instanceof Deno.errors.NotFound ? "other" : troubleOfFile(error), error);
  }
}

function troubleOfFile(error: unknown): "read-only" | "other" {
  return error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable
    ? "read-only"
    : troubleOf(error) === "read-only"
    ? "read-only"
    : "other";
}

// synchronous=FULL: an answer means that it is on the disk (DESIGN §4).
function prepare(db: DatabaseSync): void {
  const mode = db.prepare("PRAGMA journal_mode").get();
  if (mode?.journal_mode !== "wal") db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = OFF");
}

function migrate(db: DatabaseSync, path: string, clock: Clock): void {
  if (version(db) === SCHEMA_VERSION) return;
  backUpOlder(db, path, clock);
  db.exec("BEGIN IMMEDIATE");
  try {
    // Read again: another process may have done it meanwhile.
    const from = version(db);
    refuseNewer(from);
    for (const step of MIGRATIONS.slice(from)) db.exec(step);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  } catch (error) {
    rollback(db);
    throw error;
  }
}

function rollback(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch {
    // It never began, or SQLite has already rolled back.
  }
}

function backUpOlder(db: DatabaseSync, path: string, clock: Clock): void {
  const from = version(db);
  refuseNewer(from);
  if (from === 0 || from === SCHEMA_VERSION) return;
  const stamp = formatTime(clock()).slice(0, 19).replaceAll(/[-:]/g, "");
  const target = `${path}.v${from}-${stamp}Z.bak`;
  createPrivately(target);
  db.prepare("VACUUM INTO ?").run(target);
}

function refuseNewer(found: number): void {
  if (found <= SCHEMA_VERSION) return;
  throw new Failure(
    `Cannot open the database: it was written by a newer version (schema ${found}, this program knows ${SCHEMA_VERSION}). ` +
      "Update kioku-mesh.",
  );
}

function version(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
}
