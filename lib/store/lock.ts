import { DatabaseSync } from "node:sqlite";
import { isFile } from "../core/files.ts";
import { guarded, troubleOf } from "./failure.ts";

/**
 * Takes the lock that a file stands for; undefined when another process has it. It ends with the process, however that
 * ends, or when it is disposed of. (Deno's own file locks can only be waited for, so SQLite's are used.)
 */
export function takeLock(path: string): Disposable | undefined {
  // Who only looks at the lock has it for a moment, so that moment is waited for.
  const db = guarded("open the lock", () => new DatabaseSync(path, { timeout: LOOK_MS }));
  try {
    db.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return { [Symbol.dispose]: () => db.close() };
  } catch (error) {
    db.close();
    if (troubleOf(error) === "busy") return undefined;
    throw error;
  }
}

/** Whether a process has the lock that a file stands for. A file that is not there is not locked. */
export function isLocked(path: string): boolean {
  if (!isFile(path)) return false;
  using watch = watchLock(path);
  return watch.locked();
}

/** Tells whether another process has a lock, again and again, even when no file can be opened any more. */
export interface LockWatch extends Disposable {
  locked(): boolean;
}

/** Opens the file that a lock stands for, made if it is not there, to look at the lock. */
export function watchLock(path: string): LockWatch {
  if (!isFile(path)) Deno.openSync(path, { create: true, write: true, mode: 0o600 }).close();
  const db = guarded("open the lock", () => new DatabaseSync(path, { timeout: 0 }));
  return {
    locked() {
      try {
        // Reading takes a lock for a moment that a holder refuses.
        db.prepare("SELECT count(*) FROM sqlite_schema").get();
        return false;
      } catch (error) {
        if (troubleOf(error) === "busy") return true;
        throw error;
      }
    },
    [Symbol.dispose]: () => db.close(),
  };
}

/** Longer than anybody looks at a lock. Milliseconds. */
const LOOK_MS = 100;
