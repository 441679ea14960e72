import { messageOf } from "../core/errors.ts";
import { formatTime } from "../core/time.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import { openPython, type PythonDatabase } from "../store/python/database.ts";
import { PythonFileFailure } from "../store/python/failure.ts";
import type { PythonReader } from "../store/python/record.ts";
import {
  IMPORT_DONE,
  noteSource,
  type PythonSource,
  pythonSources,
  type SourceFact,
  sourceFacts,
} from "../store/python/sources.ts";
import { fileStamp } from "../store/python/stamp.ts";
import type { MemoryContext } from "./context.ts";
import { emptyTally, mergeFile, type Tally } from "./import_file.ts";
import { importNotices, type ImportReport } from "./import_notices.ts";
import { quarantineCount } from "../store/quarantine.ts";
import { inBulk } from "./search/bulk.ts";

/** Called now and then while many records are taken over. */
export type ImportProgress = (done: number, total: number) => void;

/** What taking over did. */
export interface Imported {
  /** Memories that were not here. */
  readonly added: number;
  /** Deletions that were not here. */
  readonly deleted: number;
  readonly notices: readonly string[];
}

/** What is known about taking over, for status. */
export interface ImportState {
  /** When `import --done` was run, as ISO time. */
  readonly finishedAt: string | undefined;
  readonly sources: readonly SourceFact[];
}

/** A file that is there. */
interface Found {
  readonly source: PythonSource;
  readonly stamp: string;
  readonly fact: SourceFact | undefined;
}

/** A file that is being read. */
interface Open extends Found {
  readonly reader: PythonReader;
}

const NOTHING: Imported = { added: 0, deleted: 0, notices: [] };

/**
 * Takes over what Python's version has written to its files in the state folder since they were last looked at
 * (DESIGN §4). Costs a few looks at the folder when nothing has changed. An interrupted import starts again; what is
 * here already is not touched. A file that cannot be read gives a notice and stops nothing; errors of our own database
 * are thrown.
 */
export function importChanges(
  context: MemoryContext,
  state: string,
  indexPath: string | undefined,
  progress: ImportProgress,
): Imported {
  if (readMeta(context.store, IMPORT_DONE) !== undefined) return NOTHING;
  return importFolder(context, state, indexPath, state, progress);
}

/**
 * Takes over what is new in the files of any state folder of Python's version, as importChanges does; `scratch` is a
 * folder for copies of files that cannot be read where they are.
 */
export function importFolder(
  context: MemoryContext,
  folder: string,
  indexPath: string | undefined,
  scratch: string,
  progress: ImportProgress,
): Imported {
  const failures: string[] = [];
  const sources = pythonSources(folder, indexPath);
  const stamped = sources.flatMap((source) => {
    try {
      const stamp = fileStamp(source.path);
      return stamp === undefined ? [] : [{ source, stamp }];
    } catch (error) {
      failures.push(`Cannot look at ${source.path}: ${messageOf(error)}.`);
      return [];
    }
  });
  if (stamped.length === 0 && failures.length === 0) return NOTHING;
  const facts = new Map(sourceFacts(context.store).map((fact) => [fact.path, fact]));
  const changed = stamped.map((one) => ({ ...one, fact: facts.get(one.source.path) }))
    .filter(({ stamp, fact }) => fact?.stamp !== stamp || !covers(fact, context));
  if (changed.length === 0) return { ...NOTHING, notices: failures };
  return new Import(context, scratch, progress, failures).run(changed);
}

/** Never looks at Python's files again (`import --done`). */
export function finishImport(context: MemoryContext): void {
  context.store.write(() => writeMeta(context.store, IMPORT_DONE, formatTime(context.clock())));
}

/** What has been taken over, and when. */
export function importState({ store }: MemoryContext): ImportState {
  return { finishedAt: readMeta(store, IMPORT_DONE), sources: sourceFacts(store) };
}

// Whether the records of every scope that is readable now were taken when the file was read.
function covers({ coverage }: SourceFact, { settings }: MemoryContext): boolean {
  return typeof coverage === "string" || settings.readable.every((scope) => coverage.includes(scope));
}

class Import {
  readonly #context: MemoryContext;
  readonly #scratch: string;
  readonly #progress: ImportProgress;
  readonly #failures: string[];
  readonly #reports: ImportReport[] = [];
  readonly #databases: PythonDatabase[] = [];

  constructor(context: MemoryContext, scratch: string, progress: ImportProgress, failures: string[]) {
    this.#context = context;
    this.#scratch = scratch;
    this.#progress = progress;
    this.#failures = failures;
  }

  run(changed: readonly Found[]): Imported {
    const before = quarantineCount(this.#context.store);
    const derived = ({ source }: Found) => source.derivedFrom !== undefined;
    try {
      inBulk(this.#context.store, () => {
        this.#readAll(changed.filter((found) => !derived(found)));
        this.#readAll(changed.filter(derived));
      });
    } finally {
      for (const database of this.#databases) database.close();
    }
    const aside = quarantineCount(this.#context.store) - before;
    return {
      added: this.#reports.reduce((sum, { tally }) => sum + tally.added, 0),
      deleted: this.#reports.reduce((sum, { tally }) => sum + tally.deleted, 0),
      notices: [...importNotices(this.#reports, aside, this.#context.settings.readable), ...this.#failures],
    };
  }

  #readAll(changed: readonly Found[]): void {
    const open = changed.flatMap((found) => this.#tryOpen(found) ?? []);
    const total = open.reduce((sum, { reader }) => sum + reader.count, 0);
    let done = 0;
    for (const one of open) {
      this.#take(one, (records) => {
        done += records;
        this.#progress(done, Math.max(done, total));
      });
    }
  }

  #tryOpen(found: Found): Open | undefined {
    const { source } = found;
    try {
      if (source.derivedFrom !== undefined && this.#holdsRecords(source.derivedFrom)) {
        this.#note(found, "all");
        return undefined;
      }
      const database = this.#openDatabase(source);
      const reader = source.read(database);
      if (reader !== undefined) return { ...found, reader };
      if (!database.empty) {
        this.#failures.push(`Cannot take over ${source.path}: it is not a file of Python's version.`);
      }
      this.#note(found, database.empty ? "all" : "unreadable");
    } catch (error) {
      this.#fail(found, error);
    }
    return undefined;
  }

  #holdsRecords(source: PythonSource): boolean {
    const fact = sourceFacts(this.#context.store).find(({ path }) => path === source.path);
    if (fact === undefined || fact.coverage === "unreadable") return false;
    const read = source.read(this.#openDatabase(source));
    return read !== undefined && read.count > 0;
  }

  #openDatabase(source: PythonSource): PythonDatabase {
    const database = openPython(source.path, this.#scratch);
    this.#databases.push(database);
    return database;
  }

  #take(open: Open, after: (records: number) => void): void {
    const { source, fact, reader } = open;
    const again = fact !== undefined && fact.coverage !== "unreadable" && covers(fact, this.#context);
    const tally = emptyTally();
    this.#reports.push({ file: source.name, again, tally });
    try {
      mergeFile(this.#context, reader, source.name, again, tally, after);
      this.#note(open, this.#coverage(open, tally));
    } catch (error) {
      this.#fail(open, error);
    }
  }

  // The same file may be read with other settings in turn: what was once taken of it stays taken.
  #coverage({ stamp, fact }: Found, tally: Tally): SourceFact["coverage"] {
    if (tally.skipped === 0 && !tally.scopeless) return "all";
    const before = fact?.stamp === stamp && typeof fact.coverage !== "string" ? fact.coverage : [];
    return [...new Set([...before, ...this.#context.settings.readable])];
  }

  #fail(found: Found, error: unknown): void {
    if (!(error instanceof PythonFileFailure)) throw error;
    this.#failures.push(error.message);
    if (!error.passing) this.#note(found, "unreadable");
  }

  #note({ source, stamp }: Found, coverage: SourceFact["coverage"]): void {
    const { store, clock } = this.#context;
    store.write(() => noteSource(store, { path: source.path, stamp, coverage, importedAt: clock() }));
  }
}
