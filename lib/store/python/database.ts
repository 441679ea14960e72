import { DatabaseSync } from "node:sqlite";
import type { Row } from "../row.ts";
import { copyDatabase } from "./copy.ts";
import { PythonFileFailure, reading } from "./failure.ts";

/** How long reading waits for a program that holds the file, in milliseconds; a command waits with it. */
const BUSY_TIMEOUT = 2_000;

/** How many rows are read at once. */
const PAGE = 500;

/** A database of Python's version, open for reading. */
export class PythonDatabase {
  readonly #db: DatabaseSync;
  readonly #discard: () => void;
  readonly #tables: ReadonlySet<string>;

  constructor(readonly path: string, db: DatabaseSync, discard: () => void) {
    this.#db = db;
    this.#discard = discard;
    // What is read is one state of the file, whatever Python writes meanwhile.
    db.exec("BEGIN");
    // The first read: SQLite looks at the file only now.
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    this.#tables = new Set(tables.map(({ name }) => String(name)));
  }

  /** Whether it has no table at all, as a file that was made and never used. */
  get empty(): boolean {
    return this.#tables.size === 0;
  }

  /** Whether the table is there with these columns. */
  has(table: string, ...columns: readonly string[]): boolean {
    if (!this.#tables.has(table)) return false;
    const found = reading(
      this.path,
      () => this.#db.prepare("SELECT name FROM pragma_table_info(?)").all(table),
    );
    const known = new Set(found.map(({ name }) => String(name)));
    return columns.every((column) => known.has(column));
  }

  /** The number of rows of what follows SELECT in a query (`FROM …`); 0 when damage keeps them from being counted. */
  count(from: string): number {
    try {
      return Number(this.#db.prepare(`SELECT count(*) AS n ${from}`).get()?.n ?? 0);
    } catch {
      return 0;
    }
  }

  /**
   * The rows of a query, page by page, never all in memory. It has to give each row's `at` and to go on after the one in
   * its first parameter, at most as many as its second says (`… WHERE rowid > ? ORDER BY rowid LIMIT ?`). Throws a
   * PythonFileFailure where the file is damaged, once every row before the damage was given.
   *
   * Not by iterate(): in Deno 2.6.10 and 2.9.6 that ends at a damaged page as if there were no more rows.
   */
  *rows(sql: string): Generator<Row> {
    const statement = reading(this.path, () => this.#db.prepare(sql));
    let at = Number.MIN_SAFE_INTEGER;
    let size = PAGE;
    for (;;) {
      let page: Row[];
      try {
        page = statement.all(at, size);
      } catch (error) {
        if (size === 1) throw new PythonFileFailure(this.path, error);
        size = Math.ceil(size / 8);
        continue;
      }
      yield* page;
      if (page.length < size) return;
      at = Number(page.at(-1)?.at);
    }
  }

  /** Closes the file, and removes the copy if it was one. */
  close(): void {
    this.#db.close();
    this.#discard();
  }
}

/**
 * Opens a database of Python's version without changing it (DESIGN §4). SQLite leaves its -wal and -shm beside a WAL
 * database that it has only read, so the file is read in place only where both are there already, that is, while Python
 * runs; otherwise from a copy in `scratch`, as also when it cannot be opened in place (a read-only folder). Throws a
 * PythonFileFailure.
 */
export function openPython(path: string, scratch: string): PythonDatabase {
  return reading(path, () => {
    const ways = [openInPlace, openCopy];
    if (!isFile(`${path}-wal`) || !isFile(`${path}-shm`)) ways.reverse();
    let first: unknown;
    for (const open of ways) {
      try {
        return open(path, scratch);
      } catch (error) {
        first ??= error;
      }
    }
    throw first;
  });
}

/** A column that may hold anything: its text, or undefined when it holds nothing. */
export function looseText(row: Row, column: string): string | undefined {
  const value = row[column];
  if (value === null || value === undefined) return undefined;
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
}

function openInPlace(path: string): PythonDatabase {
  return open(path, path, true, () => {});
}

function openCopy(path: string, scratch: string): PythonDatabase {
  const copy = copyDatabase(path, scratch);
  try {
    // Not read-only: a copy may have to be rolled back first.
    const database = open(path, copy.path, false, copy.discard);
    // Open files outlive their names where the system allows it, so that nothing is left even by a killed process.
    copy.discard();
    return database;
  } catch (error) {
    copy.discard();
    throw error;
  }
}

function open(path: string, at: string, readOnly: boolean, discard: () => void): PythonDatabase {
  const db = new DatabaseSync(at, { readOnly, timeout: BUSY_TIMEOUT });
  try {
    return new PythonDatabase(path, db, discard);
  } catch (error) {
    db.close();
    throw error;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
