import { DatabaseSync } from "node:sqlite";
import type { Row } from "../row.ts";
import { copyDatabase } from "./copy.ts";
import { reading } from "./failure.ts";

/** How long reading waits for a program that holds the file, in milliseconds; a command waits with it. */
const BUSY_TIMEOUT = 2_000;

/** A database of Python's version, open for reading. */
export class PythonDatabase {
  readonly #db: DatabaseSync;
  readonly #discard: () => void;
  readonly #tables: ReadonlySet<string>;

  constructor(readonly path: string, db: DatabaseSync, discard: () => void) {
    this.#db = db;
    this.#discard = discard;
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
    const found = reading(this.path, () => this.#db.prepare("SELECT name FROM pragma_table_info(?)").all(table));
    const known = new Set(found.map(({ name }) => String(name)));
    return columns.every((column) => known.has(column));
  }

  /** The number of rows of a table. */
  count(table: string): number {
    return reading(this.path, () => Number(this.#db.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.n ?? 0));
  }

  /** The rows of a query one after the other. Throws a PythonFileFailure. */
  *rows(sql: string): Generator<Row> {
    const rows = reading(this.path, () => this.#db.prepare(sql).iterate());
    for (;;) {
      const next = reading(this.path, () => rows.next());
      if (next.done) return;
      yield next.value;
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
