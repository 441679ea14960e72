import { PAGE, readAt, readLog } from "./log.ts";

/** The pages of a database file and its write-ahead log, read without SQLite, so that damage elsewhere does not matter. */
export class Pages implements Disposable {
  /** The number of the last page; the first is 1. */
  readonly count: number;
  readonly #file: Deno.FsFile;
  readonly #log: Deno.FsFile | undefined;
  readonly #logged: ReadonlyMap<number, number>;

  /** Opens the files for reading only. */
  constructor(path: string) {
    this.#file = Deno.openSync(path, { read: true });
    this.#log = openIfAny(`${path}-wal`);
    const { offsets, count } = this.#log === undefined
      ? { offsets: new Map(), count: 0 }
      : readLog(this.#log);
    this.#logged = offsets;
    this.count = Math.max(count, Math.floor(this.#file.statSync().size / PAGE));
  }

  /** The bytes of a page, the newest that were committed; undefined where there is none. */
  read(page: number): DataView | undefined {
    if (page < 1 || page > this.count) return undefined;
    const logged = this.#logged.get(page);
    if (logged !== undefined && this.#log !== undefined) return readAt(this.#log, logged, PAGE);
    return readAt(this.#file, (page - 1) * PAGE, PAGE);
  }

  /**
   * The pages that the database no longer uses (file format, section 1.5); what they hold is old. Where the list itself
   * is damaged it may be wrong.
   */
  free(): ReadonlySet<number> {
    const free = new Set<number>();
    let trunk = this.read(1)?.getUint32(32) ?? 0;
    while (trunk > 1 && !free.has(trunk)) {
      const page = this.read(trunk);
      if (page === undefined) break;
      free.add(trunk);
      const leaves = Math.min(page.getUint32(4), PAGE / 4 - 2);
      for (let leaf = 0; leaf < leaves; leaf++) free.add(page.getUint32(8 + 4 * leaf));
      trunk = page.getUint32(0);
    }
    return free;
  }

  [Symbol.dispose](): void {
    this.#log?.close();
    this.#file.close();
  }
}

function openIfAny(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
