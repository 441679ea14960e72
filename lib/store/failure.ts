import { Failure, KiokuError, messageOf } from "../core/errors.ts";
import { DamagedRow } from "./row.ts";

/** What stands in the way of the database. */
export type Trouble = "damaged" | "full" | "busy" | "read-only" | "other";

// SQLite's own messages (sqlite.org/rescode.html); node:sqlite does not give a code with all of them.
const MESSAGES: readonly (readonly [part: string, trouble: Trouble])[] = [
  ["file is not a database", "damaged"],
  ["malformed", "damaged"],
  ["corrupt", "damaged"],
  ["unsupported file format", "damaged"],
  // What this program writes never breaks a constraint and never misses a table, so the file does.
  ["constraint failed", "damaged"],
  ["no such ", "damaged"],
  ["has no column", "damaged"],
  ["too large to be represented", "damaged"],
  ["disk is full", "full"],
  ["disk I/O error", "full"],
  ["is locked", "busy"],
  ["readonly database", "read-only"],
  ["unable to open", "read-only"],
];

const WAY_OUT: Readonly<Record<Trouble, string>> = {
  damaged:
    "the file is damaged. Nothing was changed; run `kioku-mesh salvage` to set it aside and keep what can be read.",
  full: "the disk is full or refuses writes. Nothing was changed; free some space and try again.",
  busy: "another process holds it for too long. Try again.",
  "read-only": "it cannot be written. Check the permissions of the state folder.",
  other: "",
};

/** Tells what an error of SQLite means. */
export function troubleOf(thrown: unknown): Trouble {
  if (thrown instanceof DamagedRow) return "damaged";
  const message = messageOf(thrown);
  return MESSAGES.find(([part]) => message.includes(part))?.[1] ?? "other";
}

/** An error of the database, with what to do about it. `action` completes "Cannot …". */
export class StoreFailure extends Failure {
  constructor(action: string, readonly trouble: Trouble, cause: unknown) {
    const why = trouble === "other" ? `${messageOf(cause)}.` : WAY_OUT[trouble];
    super(`Cannot ${action}: ${why}`, { cause });
  }
}

/** Runs `work`, turning errors of SQLite into StoreFailures; errors of ours pass. */
export function guarded<T>(action: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof KiokuError || !(error instanceof DamagedRow || isSqliteError(error))) throw error;
    throw new StoreFailure(action, troubleOf(error), error);
  }
}

function isSqliteError(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown &&
    (thrown.code === "ERR_SQLITE_ERROR" || thrown.code === "ERR_OUT_OF_RANGE");
}
