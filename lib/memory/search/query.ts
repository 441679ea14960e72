import type { Micros } from "../../core/clock.ts";
import { parseScopeLabel, scopeLabel } from "../../core/scope.ts";
import { parseMoment } from "../../core/time.ts";
import { MEMORY_TYPES } from "../observation.ts";

/** The filters that a query names. Tags add up; of the others the last one given counts. */
export interface QueryFilters {
  /** A project, as named in the record. */
  readonly project?: string;
  /** All of these tags. */
  readonly tags: readonly string[];
  /** A kind of memory. */
  readonly type?: string;
  /** An agent, as written. */
  readonly agent?: string;
  /** A host, as written. */
  readonly host?: string;
  /** A scope label. */
  readonly scope?: string;
  /** Created at or after. */
  readonly since?: Micros;
  /** Created at or before. */
  readonly until?: Micros;
}

/** A query as a person or an agent types it, read. */
export interface ParsedQuery {
  /** The free text left, its words parted by single blanks. */
  readonly text: string;
  /** What stood between quotes, blanks and case as written. */
  readonly phrases: readonly string[];
  /** Words and phrases that hits must not have. */
  readonly without: readonly string[];
  /** What hits must have besides. */
  readonly filters: QueryFilters;
}

type Fields = { -readonly [Field in keyof Omit<QueryFilters, "tags">]: QueryFilters[Field] } & {
  tags: string[];
};

const QUOTES: ReadonlyMap<string, string> = new Map([['"', '"'], ["“", "”"], ["＂", "＂"]]);
const FIELD = /^(project|tag|type|agent|host|scope|since|until):/;
const MEMORY_TYPE_NAMES: ReadonlySet<string> = new Set(MEMORY_TYPES);

/**
 * Reads a query: words, `"exact phrase"`, `-without` and `-"without this"`, and the filters `project: tag: type: agent:
 * host: scope: since: until:`, whose value may be in quotes. Times are as `parseMoment` reads them, back from `now`.
 * Nothing is an error: an unknown field, a value that a field cannot have, a quote without its partner are words. So are
 * `--flag`, `-1`, `-x` and a dash alone.
 */
export function parseQuery(query: string, now: Micros): ParsedQuery {
  const words: string[] = [];
  const phrases: string[] = [];
  const without: string[] = [];
  const filters: Fields = { tags: [] };
  const reader = new Reader(query);
  for (let piece = reader.next(); piece !== undefined; piece = reader.next()) {
    if (piece.quoted !== undefined) {
      if (piece.field !== undefined) {
        if (!setFilter(filters, piece.field, piece.quoted, now)) words.push(piece.raw);
      } else if (piece.quoted !== "") (piece.minus ? without : phrases).push(piece.quoted);
    } else if (piece.field !== undefined) {
      const value = piece.raw.slice(piece.field.length + 1);
      if (!setFilter(filters, piece.field, value, now)) words.push(piece.raw);
    } else if (piece.minus) without.push(piece.raw.slice(1));
    else words.push(piece.raw);
  }
  return { text: words.join(" "), phrases, without, filters };
}

/** A stretch between blanks, or up to the closing quote. */
interface Piece {
  readonly raw: string;
  readonly field?: string | undefined;
  readonly minus: boolean;
  readonly quoted?: string;
}

class Reader {
  #at = 0;
  // Quotes known to have no partner further on, so that a text full of them is read in linear time.
  readonly #unpaired = new Set<string>();

  constructor(readonly query: string) {}

  next(): Piece | undefined {
    while (this.#at < this.query.length && isBlank(this.query.charAt(this.#at))) this.#at++;
    if (this.#at >= this.query.length) return undefined;
    const start = this.#at;
    const head = this.query.slice(start, start + 12);
    const field = FIELD.exec(head)?.[1];
    const before = field !== undefined ? field.length + 1 : head.startsWith("-") ? 1 : 0;
    const quoted = this.#quoted(start + before);
    if (quoted !== undefined) {
      return {
        raw: this.query.slice(start, this.#at),
        field,
        minus: field === undefined && before === 1,
        quoted,
      };
    }
    while (this.#at < this.query.length && !isBlank(this.query.charAt(this.#at))) this.#at++;
    const raw = this.query.slice(start, this.#at);
    return { raw, field, minus: isExclusion(raw) };
  }

  // What stands in quotes from `at` on, the closing one followed by a blank or the end; moves behind it.
  #quoted(at: number): string | undefined {
    const close = QUOTES.get(this.query.charAt(at));
    if (close === undefined || this.#unpaired.has(close)) return undefined;
    const end = this.query.indexOf(close, at + 1);
    if (end < 0) {
      this.#unpaired.add(close);
      return undefined;
    }
    this.#at = end + 1;
    return this.query.slice(at + 1, end).trim();
  }
}

function isBlank(character: string): boolean {
  return character <= " " || (character > "\x7e" && character.trim() === "");
}

// A dash before a digit is a number, before one letter an option of a command, before another dash a long option.
function isExclusion(raw: string): boolean {
  return /^-[\p{L}\p{So}#@$._/~][^]/u.test(raw) || /^-[^\p{ASCII}]/u.test(raw);
}

function setFilter(filters: Fields, field: string, value: string, now: Micros): boolean {
  if (value === "") return false;
  switch (field) {
    case "project":
    case "agent":
    case "host":
      filters[field] = value;
      return true;
    case "tag":
      filters.tags.push(value);
      return true;
    case "type":
      if (!MEMORY_TYPE_NAMES.has(value.toLowerCase())) return false;
      filters.type = value.toLowerCase();
      return true;
    case "scope": {
      const scope = parseScopeLabel(value);
      if (scope !== undefined) filters.scope = scopeLabel(scope);
      return scope !== undefined;
    }
    default: {
      const moment = parseMoment(value, now);
      if (moment === undefined) return false;
      filters[field === "since" ? "since" : "until"] = moment;
      return true;
    }
  }
}
