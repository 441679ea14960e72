import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { Failure, messageOf } from "../core/errors.ts";
import { guarded, troubleOf } from "./failure.ts";

/** How many sessions of one user on one host are seen at the same time; more work, unseen. */
export const SLOTS = 32;

/**
 * Locks of which each running session holds one, however it ends, so that everybody sees which ones are there. All of them
 * are opened at the start, since a process that has given up its permissions opens nothing any more (ADR 0015).
 */
export interface Slots extends Disposable {
  /** The slot that this process holds; undefined when it took none or none was free. */
  readonly own: number | undefined;
  /** Whether a process holds the slot. */
  isHeld(slot: number): boolean;
}

/** Opens the slots in a folder, made when it is not there; `take` also takes the first that is free. */
export function openSlots(folder: string, take: boolean): Slots {
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Failure(`Cannot make the folder ${folder}: ${messageOf(error)}. Check its permissions.`);
  }
  const locks: DatabaseSync[] = [];
  let own: number | undefined;
  try {
    for (let slot = 0; slot < SLOTS; slot++) {
      const db = open(join(folder, `${String(slot).padStart(2, "0")}.lock`));
      locks.push(db);
      if (take && own === undefined && lock(db)) own = slot;
    }
  } catch (error) {
    for (const db of locks) db.close();
    throw error;
  }
  return {
    own,
    isHeld(slot) {
      if (slot === own) return true;
      const db = locks[slot];
      return db !== undefined && isLocked(db);
    },
    [Symbol.dispose]() {
      for (const db of locks) if (db.isOpen) db.close();
    },
  };
}

function open(path: string): DatabaseSync {
  try {
    // SQLite would make it readable by others.
    Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      throw new Failure(`Cannot make ${path}: ${messageOf(error)}.`);
    }
  }
  return guarded("open a session's lock", () => new DatabaseSync(path, { timeout: 0 }));
}

// Who only looks at a lock has it for a moment; then the next one is taken.
function lock(db: DatabaseSync): boolean {
  try {
    db.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (troubleOf(error) === "busy") return false;
    throw error;
  }
}

function isLocked(db: DatabaseSync): boolean {
  try {
    // Reading takes a lock for a moment that a holder refuses.
    db.exec("SELECT count(*) FROM sqlite_schema");
    return false;
  } catch (error) {
    if (troubleOf(error) === "busy") return true;
    throw error;
  }
}
