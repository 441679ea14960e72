import { dataVersion } from "../store/changes.ts";
import type { Store } from "../store/store.ts";
import type { Timer } from "./timer.ts";

/** What to watch. */
export interface CommitsOptions {
  readonly store: Store;
  /** The database's file. */
  readonly path: string;
  readonly timer: Timer;
  /** Another process has committed something. */
  readonly changed: () => void;
}

/**
 * How often it is looked where the system does not tell of writes, and where it does, in case that it tells of one no
 * longer. Milliseconds.
 */
const POLL_MS = 50;
const POLL_WATCHED_MS = 1_000;

/**
 * The system tells of a write before its transaction is committed, which waits for the disk: so after each it is looked this
 * often, so many times. Milliseconds.
 */
const LOOK_MS = 3;
const LOOKS = 20;

/**
 * Tells when another process commits to the database: within milliseconds where the system tells of writes to its log
 * (inotify and its like: 1 to 3 ms, where looking every 50 ms took 25 on average), else within 50.
 */
export class Commits implements Disposable {
  readonly #options: CommitsOptions;
  #version: number;
  #watcher: Deno.FsWatcher | undefined;
  #told = false;
  #trusted = false;
  #looks = 0;
  #stopPoll = () => {};
  #stopLook: (() => void) | undefined;
  #over = false;

  constructor(options: CommitsOptions) {
    this.#options = options;
    this.#version = dataVersion(options.store);
    this.#watcher = this.#watch();
    this.#poll();
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#watcher?.close();
    this.#stopPoll();
    this.#stopLook?.();
  }

  #watch(): Deno.FsWatcher | undefined {
    let watcher: Deno.FsWatcher;
    try {
      // Its log alone, never the folder: Deno opens and closes each file that it tells of (2.6.10, 2.9.6), and with that the
      // system drops all locks that this process has on it (fcntl). On its log SQLite has none; on the database it does,
      // and the peer has one on its own lock file.
      watcher = Deno.watchFs(`${this.#options.path}-wal`);
    } catch {
      // Such as a system that has no watch to spare; then looking has to do.
      return undefined;
    }
    void this.#listen(watcher);
    return watcher;
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const _event of watcher) {
        this.#told = true;
        this.#looks = LOOKS;
        this.#stopLook ??= this.#options.timer(0, () => this.#look());
      }
    } catch {
      this.#trusted = false;
    }
  }

  #look(): void {
    this.#stopLook = undefined;
    if (this.#over || this.#check() || --this.#looks <= 0) return;
    this.#stopLook = this.#options.timer(LOOK_MS, () => this.#look());
  }

  #poll(): void {
    this.#stopPoll = this.#options.timer(this.#trusted ? POLL_WATCHED_MS : POLL_MS, () => {
      if (this.#over) return;
      // A change that only looking found: the system does not tell, or no longer.
      if (this.#check()) this.#trusted = false;
      this.#poll();
    });
  }

  #check(): boolean {
    try {
      const version = dataVersion(this.#options.store);
      if (version === this.#version) return false;
      this.#version = version;
    } catch {
      // The database is in trouble; whoever writes to it will say so.
      return false;
    }
    this.#trusted = this.#told;
    this.#options.changed();
    return true;
  }
}
