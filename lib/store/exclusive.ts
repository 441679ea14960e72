import { DatabaseSync } from "node:sqlite";
import { Failure } from "../core/errors.ts";
import { guarded, StoreFailure, troubleOf } from "./failure.ts";
import { refuseForeign, refuseNewer } from "./format.ts";
import { text } from "./row.ts";
import { Store } from "./store.ts";

/** How long to wait for another process to let go of the database, in milliseconds. */
const PATIENCE = 500;

/** What files belong to a database, by what follows its name. */
const SIDES = ["-wal", "-shm"] as const;

/** What is wrong with a database: nothing, only its search index, or more. */
export type Health = "sound" | "index" | "damaged";

/**
 * Holds a database, however damaged, so that no other process can use it meanwhile. Throws a Failure when another
 * process has it open; it says that `action` cannot be done.
 */
export class Held implements Disposable {
  readonly store: Store;
  readonly #db: DatabaseSync;

  constructor(readonly path: string, action = "salvage") {
    refuseUnwritable(path);
    this.#db = guarded("open the database", () => new DatabaseSync(path, { timeout: PATIENCE }));
    this.store = new Store(path, this.#db);
    try {
      // In this mode SQLite takes the whole file at the first read, and gives it back only when it closes.
      this.#db.exec("PRAGMA locking_mode = EXCLUSIVE");
      this.#db.prepare("SELECT count(*) FROM sqlite_schema").get();
    } catch (error) {
      if (troubleOf(error) !== "busy") return;
      this.#db.close();
      throw new Failure(
        `Cannot ${action}: another process uses the database, perhaps an agent's MCP server. End it and try again.`,
      );
    }
  }

  /**
   * Looks for damage in tables and indexes. Throws a Failure for a file that a newer version or another program has
   * written.
   */
  examine(): Health {
    try {
      return guarded("read the database", () => {
        refuseForeign(this.#db);
        refuseNewer(this.#db);
        // A header that says it must not be written is damaged: the file itself may be.
        if (!canBegin(this.#db)) return "damaged";
        if (this.#db.prepare("PRAGMA foreign_key_check").get() !== undefined) return "damaged";
        const problems = this.#db.prepare("PRAGMA integrity_check").all().map((row) =>
          text(row, "integrity_check")
        );
        if (problems.length === 1 && problems[0] === "ok") return "sound";
        return problems.every((problem) => /\bfts5\b/i.test(problem)) ? "index" : "damaged";
      });
    } catch (error) {
      if (error instanceof StoreFailure && error.trouble === "damaged") return "damaged";
      throw error;
    }
  }

  /**
   * Puts the file `fresh` in the place of the database, and the files of the database aside as they are, under their
   * names with `suffix` in them. Gives their new paths.
   */
  replace(fresh: string, suffix: string): string[] {
    const aside = `${this.path}${suffix}`;
    // There no open file can be renamed; SQLite may then bring its log into the old file first.
    if (Deno.build.os === "windows") this[Symbol.dispose]();
    const sides = SIDES.filter((side) => moveIfAny(`${this.path}${side}`, `${aside}${side}`));
    // With a second name first, there is no moment without a database. When SQLite closes, it sees that its file has
    // been moved, and leaves the log as it is.
    linkOrMove(this.path, aside);
    Deno.renameSync(fresh, this.path);
    return [aside, ...sides.map((side) => `${aside}${side}`)];
  }

  [Symbol.dispose](): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

function refuseUnwritable(path: string): void {
  try {
    Deno.openSync(path, { write: true }).close();
  } catch (error) {
    throw new StoreFailure("open the database", "read-only", error);
  }
}

function canBegin(db: DatabaseSync): boolean {
  try {
    db.exec("BEGIN IMMEDIATE; ROLLBACK");
    return true;
  } catch (error) {
    if (troubleOf(error) === "read-only") return false;
    throw error;
  }
}

// SQLite has made empty ones by looking at the database.
function moveIfAny(from: string, to: string): boolean {
  try {
    if (Deno.statSync(from).size > 0) {
      Deno.renameSync(from, to);
      return true;
    }
    Deno.removeSync(from);
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

// Not every file system has links.
function linkOrMove(from: string, to: string): void {
  try {
    Deno.linkSync(from, to);
  } catch {
    Deno.renameSync(from, to);
  }
}
