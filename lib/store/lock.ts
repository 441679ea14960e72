import { DatabaseSync } from "node:sqlite";
import { guarded, troubleOf } from "./failure.ts";

/**
 * Takes the lock that a file stands for; undefined when another process has it. It ends with the process, however that
 * ends, or when it is disposed of. (Deno's own file locks can only be waited for, so SQLite's are used.)
 */
export function takeLock(path: string): Disposable | undefined {
  const db = guarded("open the lock", () => new DatabaseSync(path, { timeout: 0 }));
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
  try {
    Deno.statSync(path);
  } catch {
    return false;
  }
  const lock = takeLock(path);
  lock?.[Symbol.dispose]();
  return lock === undefined;
}
