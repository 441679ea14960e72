import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { readTextIfAny, writeWhole } from "../core/files.ts";
import { isObject } from "../core/json.ts";
import type { Random } from "../core/random.ts";
import type { Snapshot } from "./config_file.ts";

/** What was done to a file. */
export type Deed = "install" | "uninstall" | "repair";

/** A file that we changed, kept so that it can be changed back. */
export interface JournalEntry {
  /** The command that changed it; all its changes are rolled back together. */
  readonly run: string;
  readonly deed: Deed;
  readonly client: string;
  readonly path: string;
  readonly target: string;
  /** SHA-256 of the text before and after; null: there was no file. */
  readonly before: string | null;
  readonly after: string | null;
  /** The copy of what was there before. */
  readonly backup: string | null;
}

/** An entry and where it is written down. */
export interface Kept {
  readonly file: string;
  readonly entry: JournalEntry;
}

/** The changes that we made to clients' files, one small file each in the state folder: none is lost to another. */
export class Journal {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(stateFolder: string, clock: Clock, random: Random) {
    this.#folder = join(stateFolder, "clients");
    this.#clock = clock;
    this.#random = random;
  }

  /** Writes a change down. */
  add(entry: JournalEntry): void {
    const name = `${String(this.#clock()).padStart(17, "0")}.json`;
    writeWhole(join(this.#folder, name), `${JSON.stringify(entry)}\n`, this.#random);
  }

  /** Every change that can still be rolled back, oldest first. */
  entries(): Kept[] {
    let names: string[];
    try {
      names = [...Deno.readDirSync(this.#folder)].map(({ name }) => name);
    } catch {
      return [];
    }
    return names.filter((name) => /^\d+\.json$/.test(name)).sort().flatMap((name) => {
      const file = join(this.#folder, name);
      const entry = readEntry(readTextIfAny(file));
      return entry === undefined ? [] : [{ file, entry }];
    });
  }

  /** Takes away what has been rolled back. */
  remove({ file }: Kept): void {
    Deno.removeSync(file);
  }

  /**
   * The text of a file before we came, as far as it is known: `known` is whether it is, `untouched` whether nobody else has
   * changed the file since.
   */
  origin({ target, text }: Snapshot): { known: boolean; untouched: boolean; text: string | undefined } {
    const entries = this.entries().map(({ entry }) => entry).filter((entry) => entry.target === target);
    const since = entries.findLastIndex(({ deed }) => deed === "uninstall") + 1;
    const [first, ...others] = entries.slice(since);
    if (first === undefined) return { known: false, untouched: false, text: undefined };
    const chain = [first, ...others];
    const unbroken = chain.every(({ before }, index) => index === 0 || before === chain[index - 1]?.after);
    const untouched = unbroken && chain.at(-1)?.after === digestOf(text);
    const copy = backupOf(first);
    return { known: copy.known, untouched, text: copy.text };
  }
}

/** What a file held before a change; not `known` when the copy is gone or is no longer what it was. */
export function backupOf({ before, backup }: JournalEntry): { known: boolean; text: string | undefined } {
  if (before === null) return { known: true, text: undefined };
  const text = backup === null ? undefined : readTextIfAny(backup);
  return text !== undefined && digestOf(text) === before
    ? { known: true, text }
    : { known: false, text: undefined };
}

/** What stands for a text in the journal. */
export function digestOf(text: string | undefined): string | null {
  return text === undefined ? null : sha256(text);
}

function readEntry(text: string | undefined): JournalEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { run, deed, client, path, target, before, after, backup } = value;
  const known = deed === "install" || deed === "uninstall" || deed === "repair";
  if (!known || typeof run !== "string" || typeof client !== "string") return undefined;
  if (typeof path !== "string" || typeof target !== "string") return undefined;
  return {
    run,
    deed,
    client,
    path,
    target,
    before: textOr(before),
    after: textOr(after),
    backup: textOr(backup),
  };
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
