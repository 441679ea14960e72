import { backup, type DatabaseSync, type StatementSync } from "node:sqlite";
import { messageOf } from "../core/errors.ts";
import { guarded, StoreFailure, troubleOf } from "./failure.ts";
import type { Row, Value } from "./row.ts";

/** How long a statement waits for another process's write, in milliseconds: writes here last a few. */
export const BUSY_TIMEOUT = 10_000;

/**
 * Thrown within a transaction to have it undone and run again, after `remedy` in one of its own. For a part that may
 * fail alone: undoing only that part is not enough, since a damaged search index fails every statement that follows.
 */
export class TryAgain extends Error {
  override readonly name = "TryAgain";

  constructor(readonly remedy: () => void, cause: unknown) {
    super(`The transaction has to be run again: ${messageOf(cause)}`, { cause });
  }
}

/** How often a transaction is run again: once for each search index that there can be. */
const MOST_REMEDIES = 2;

/**
 * The open database. It keeps prepared statements, and goes on working after every permission of the process was
 * revoked (DESIGN §3).
 */
export class Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  constructor(readonly path: string, db: DatabaseSync) {
    this.#db = db;
  }

  /** All rows, each read by `read`. */
  all<T>(sql: string, values: readonly Value[], read: (row: Row) => T): T[] {
    return guarded("read the database", () => this.#prepare(sql).all(...values).map(read));
  }

  /** The rows one after the other, without holding them all. */
  *each<T>(sql: string, values: readonly Value[], read: (row: Row) => T): Generator<T> {
    // A statement of its own: a cached one would be reset by a second use while this one still runs.
    const statement = guarded("read the database", () => this.#db.prepare(sql));
    const rows = statement.iterate(...values);
    for (;;) {
      const next = guarded("read the database", () => rows.next());
      if (next.done) return;
      const row = next.value;
      yield guarded("read the database", () => read(row));
    }
  }

  /** The first row, or undefined. */
  get<T>(sql: string, values: readonly Value[], read: (row: Row) => T): T | undefined {
    return guarded("read the database", () => {
      const row = this.#prepare(sql).get(...values);
      return row === undefined ? undefined : read(row);
    });
  }

  /** Runs a statement that writes. Gives the number of rows it changed and the row id it last inserted. */
  run(sql: string, ...values: readonly Value[]): { changes: number; row: number } {
    return guarded("write to the database", () => {
      const done = this.#prepare(sql).run(...values);
      return { changes: Number(done.changes), row: Number(done.lastInsertRowid) };
    });
  }

  /** Runs statements without parameters, as a migration does. */
  script(sql: string): void {
    guarded("write to the database", () => this.#db.exec(sql));
  }

  /**
   * Runs statements that change what SQLite keeps for itself, as none may who does not know what it does. Deno 2.6.10 allows
   * that always, later versions when they are told to.
   */
  overrule(sql: string): void {
    const db = this.#db;
    const defend = (active: boolean): void => {
      if ("enableDefensive" in db && typeof db.enableDefensive === "function") db.enableDefensive(active);
    };
    defend(false);
    try {
      this.script(sql);
    } finally {
      defend(true);
    }
  }

  /**
   * One transaction: all of `work` is on the disk when this returns, or nothing of it (DESIGN §1). Within another
   * transaction it is part of that one. Nothing in `work` may wait, and it may be run again (TryAgain).
   */
  write<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    for (let remedies = 0;; remedies++) {
      try {
        return this.#transaction(work);
      } catch (error) {
        if (!(error instanceof TryAgain) || remedies === MOST_REMEDIES) throw error;
        this.#transaction(error.remedy);
      }
    }
  }

  /**
   * Runs `work`, a long series of transactions, with more memory and fewer checkpoints: taking over 200,000 records went
   * from 4,231 to 5,079 a second (docs/search.md). What a transaction promises is the same.
   */
  bulk<T>(work: () => T): T {
    this.script("PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 10000");
    try {
      return work();
    } finally {
      this.script(
        "PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 1000; PRAGMA wal_checkpoint(PASSIVE)",
      );
    }
  }

  /**
   * Runs `work`, which writes to the search index in the open transaction. FTS5 gathers what is written to it and would
   * fail at the end of the transaction; at a savepoint it writes it, so that it fails here.
   */
  settled(work: () => void): void {
    work();
    guarded("write to the database", () => this.#db.exec("SAVEPOINT settled; RELEASE settled"));
  }

  /**
   * Copies the database as it is now, with all that was committed before, into a new file that its owner alone can read.
   * Other processes go on reading and writing meanwhile. All in one step: each commit of another process would make SQLite
   * begin again (with its usual steps of 100 pages a copy of 100 MB ended only when the writers paused; in one step it took
   * 0.3 s, and no write waited longer than 0.1 s).
   */
  async copyTo(path: string): Promise<void> {
    try {
      Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
      await backup(this.#db, path, { rate: -1 });
    } catch (error) {
      throw new StoreFailure("copy the database", troubleOf(error), error);
    }
  }

  /** Closes the database. */
  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #transaction<T>(work: () => T): T {
    return guarded("write to the database", () => {
      this.#db.exec("BEGIN IMMEDIATE");
      this.#depth++;
      try {
        const result = work();
        this.#db.exec("COMMIT");
        return result;
      } catch (error) {
        this.#rollback();
        throw error;
      } finally {
        this.#depth--;
      }
    });
  }

  #rollback(): void {
    try {
      this.#db.exec("ROLLBACK");
    } catch {
      // SQLite has already rolled back, as it does when the disk is full.
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
