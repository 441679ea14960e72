import { DatabaseSync } from "node:sqlite";
import { formatTime } from "../core/time.ts";
import type { Clock } from "../core/clock.ts";
import { guarded, StoreFailure, troubleOf } from "./failure.ts";
import { APPLICATION_ID, isEmpty, refuseForeign, refuseNewer, schemaVersion } from "./format.ts";
import { MIGRATIONS } from "./schema.ts";
import { BUSY_TIMEOUT, Store } from "./store.ts";

/** How long to wait before the next try where SQLite does not wait by itself, in milliseconds. */
const PAUSE = 10;

/**
 * Opens the database file and creates it, readable by its owner alone, when there is none. Brings an older schema up
 * to date after a copy of the file is beside it, refuses a newer one and another program's. Throws a StoreFailure or a
 * Failure. `migrations` are those of the schema; tests give others.
 */
export function openStore(path: string, clock: Clock, migrations: readonly string[] = MIGRATIONS): Store {
  createPrivately(path);
  const db = guarded("open the database", () => new DatabaseSync(path, { timeout: BUSY_TIMEOUT }));
  try {
    return guarded("open the database", () => {
      refuseForeign(db);
      refuseNewer(db, migrations.length);
      if (isOlder(db, migrations)) backUp(db, path, clock);
      prepare(db);
      migrate(db, migrations);
      return new Store(path, db);
    });
  } catch (error) {
    if (db.isOpen) db.close();
    throw error;
  }
}

/** A database that is gone when it is closed, for tests and benchmarks. */
export function openInMemory(): Store {
  const db = new DatabaseSync(":memory:");
  prepare(db);
  migrate(db, MIGRATIONS);
  return new Store(":memory:", db);
}

// SQLite gives its -wal and -shm files the permissions of the database, so only this one has to be made with care.
function createPrivately(path: string): void {
  try {
    Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw new StoreFailure(
      "create the database",
      error instanceof Deno.errors.NotFound ? "other" : troubleOfFile(error),
      error,
    );
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
  if (mode?.journal_mode !== "wal") turnToWal(db);
  db.exec("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = OFF");
}

// When several processes make one database at once, SQLite does not wait here as it does everywhere else.
function turnToWal(db: DatabaseSync): void {
  for (let left = BUSY_TIMEOUT / PAUSE;; left--) {
    try {
      return db.exec("PRAGMA journal_mode = WAL");
    } catch (error) {
      if (left <= 0 || troubleOf(error) !== "busy") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}

function migrate(db: DatabaseSync, migrations: readonly string[]): void {
  if (schemaVersion(db) === migrations.length) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    // Read again: another process may have done it meanwhile.
    const from = schemaVersion(db);
    refuseNewer(db, migrations.length);
    if (from <= 0 && !isEmpty(db)) throw new StoreFailure("open the database", "damaged", undefined);
    for (const step of migrations.slice(from)) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`);
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

function isOlder(db: DatabaseSync, migrations: readonly string[]): boolean {
  const from = schemaVersion(db);
  return from > 0 && from < migrations.length;
}

// Copies the files while nobody can write: Deno gives SQLite no second database, so `VACUUM INTO` is not to be had.
// Closing a file of the database lets go of this process's locks on it (POSIX), hence the new connection.
function backUp(db: DatabaseSync, path: string, clock: Clock): void {
  const stamp = formatTime(clock()).slice(0, 19).replaceAll(/[-:]/g, "");
  const target = `${path}.v${schemaVersion(db)}-${stamp}Z.bak`;
  db.exec("PRAGMA wal_checkpoint(TRUNCATE); BEGIN IMMEDIATE");
  try {
    copyPrivately(path, target);
    if (sizeOf(`${path}-wal`) > 0) copyPrivately(`${path}-wal`, `${target}-wal`);
  } finally {
    rollback(db);
  }
  db.close();
  db.open();
}

function copyPrivately(from: string, to: string): void {
  createPrivately(to);
  Deno.copyFileSync(from, to);
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
