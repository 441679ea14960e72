import { relative } from "node:path";
import type { Micros } from "../../core/clock.ts";
import type { ScopeLabel } from "../../core/scope.ts";
import { number, text } from "../row.ts";
import type { Store } from "../store.ts";
import type { PythonDatabase } from "./database.ts";
import { pythonFiles } from "./files.ts";
import { readPending } from "./pending.ts";
import { readRaw } from "./raw.ts";
import type { PythonReader } from "./record.ts";
import { readSearchIndex } from "./search_index.ts";

/** The fact (lib/store/meta.ts) that Python's files are not looked at any more; its value is the time. */
export const IMPORT_DONE = "import_done";

/** A file in which Python's version may have left records (compat data §3.1). */
export interface PythonSource {
  readonly path: string;
  /** What people call it: its name from the state folder. */
  readonly name: string;
  /** Gives what can be read of it; undefined when it is not what its name says. */
  readonly read: (db: PythonDatabase) => PythonReader | undefined;
  /** The file that this one is derived from: it is only of use while that one holds nothing. */
  readonly derivedFrom: PythonSource | undefined;
}

/** What had been read of a file when it was last looked at. */
export interface SourceFact {
  readonly path: string;
  readonly importedAt: Micros;
  /** How the file looked (fileStamp). */
  readonly stamp: string;
  /** The scopes whose records were taken; `all` when none was left out, `unreadable` when it could not be read. */
  readonly coverage: "all" | "unreadable" | readonly ScopeLabel[];
}

/**
 * The files in the order in which they are read: those that know a deletion's reason come first. `indexPath` is what
 * KIOKU_MESH_INDEX_DB says (compat data §3.2).
 */
export function pythonSources(state: string, indexPath: string | undefined): PythonSource[] {
  const files = pythonFiles(state, indexPath);
  const source = (path: string, read: PythonSource["read"], derivedFrom?: PythonSource): PythonSource => ({
    path,
    name: path.startsWith(state) ? relative(state, path) : indexPath?.trim() ?? path,
    read,
    derivedFrom,
  });
  const raw = source(files.raw, readRaw);
  return [
    raw,
    source(files.pending, readPending),
    // Python's local mode makes raw.db from this one when it has none (compat data §4.14).
    source(files.localIndex, readSearchIndex, raw),
    ...(files.index === undefined ? [] : [source(files.index, readSearchIndex)]),
  ];
}

/** What was read so far, in order of paths. */
export function sourceFacts(store: Store): SourceFact[] {
  return store.all("SELECT path, stamp, imported_at FROM import_source ORDER BY path", [], (row) => {
    const [stamp = "", coverage = ""] = text(row, "stamp").split(" ");
    const whole = coverage === "all" || coverage === "unreadable";
    return {
      path: text(row, "path"),
      importedAt: number(row, "imported_at"),
      stamp,
      coverage: whole ? coverage : coverage.split(","),
    };
  });
}

/** Notes what was read of a file. */
export function noteSource(store: Store, { path, stamp, coverage, importedAt }: SourceFact): void {
  const covered = typeof coverage === "string" ? coverage : coverage.join(",");
  store.run(
    `INSERT INTO import_source (path, stamp, imported_at) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET stamp = excluded.stamp, imported_at = excluded.imported_at`,
    path,
    `${stamp} ${covered}`,
    importedAt,
  );
}
