import { foldWord } from "./fold.ts";
import { stem } from "porter2";

/** A token made from an identifier. */
export interface IdentifierPart {
  /** What the index holds. */
  readonly token: string;
  /**
   * `form`: it stands for the identifier itself (`src/lib/x.ts` for `src/lib/x.ts:42`); `leaf`: one of the pieces that
   * together make it up; `extra`: something between, worth finding it by.
   */
  readonly role: "form" | "leaf" | "extra";
  /** Where it starts within the identifier, in UTF-16 units. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/** A token longer than this is cut, so that keys, hashes and encoded data do not fill the index. UTF-16 units. */
export const LONGEST_TOKEN = 64;

// The scanner ends an identifier after 256 units at the next sign; what follows of the last piece is noise.
const LONGEST_READ = 320;

type Range = readonly [start: number, end: number];

const STRONG = /[/\\:@]+/g;
const DOTS = /\.+(?!\d)|(?<!\d)\.+/g;
const DASHES = /[-_]+/g;
const APOSTROPHES = /'+/g;
const CASE_CHANGE = /(?<=\p{Ll}|\d)(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu;
const LETTERS_AND_DIGITS = /^(?:(\p{L}+)(\p{Nd}+)|(\p{Nd}+)(\p{L}+))$/u;
const LATIN = /^[a-z]+$/;
const VERSION = /^[vV]?(\d+(?:\.\d+)+)$/;
const HEXADECIMAL = /^(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}$/;
const LINE_NUMBER = /(?::\d+)+$/;
const HEAD = /^(?:[#$@.]|--)/;
const TAIL = /(?:\+\+|#)$/;
const SIGN_OUTSIDE = /^[#$@.-]|[+#]$/;
const ACRONYM = /^(?:[a-z]\.)+[a-z]$/i;
const ENGLISH_ENDING = /'(?:s|re|ve|ll|d|m)$/i;
const LEVELS = [STRONG, DOTS, DASHES, APOSTROPHES, CASE_CHANGE];
// What tells that a level, or with digits the last step, may have something to do; the test costs less than the work.
const SIGNS_OF_LEVELS = [/[/\\:@]/, /\./, /[-_]/, /'/, /[^a-z0-9_-]/];
const DIGIT = /\p{Nd}/u;
// More changes of case than this are noise, as in base64.
const MOST_CASE_PIECES = 6;
const MOST_JOINED_PIECES = 5;

/** The token of a word or of a whole identifier: folded, stemmed when it is letters a to z only, cut when too long. */
export function tokenOf(raw: string): string {
  if (raw.length <= LONGEST_TOKEN && LATIN.test(raw)) return stem(raw);
  const folded = cut(foldWord(cut(raw, 2 * LONGEST_TOKEN)), LONGEST_TOKEN);
  return LATIN.test(folded) ? stem(folded) : folded;
}

/**
 * Takes the apostrophe out of a word when it is an English one: `Alice's` is `Alice`, `we're` is `we`, `don't` is `dont`.
 * Other words (`O'Reilly`) keep it and are identifiers.
 */
export function withoutEnglishEnding(raw: string): string {
  return raw.replace(ENGLISH_ENDING, "").replace(/(n)'(t)$/i, "$1$2");
}

/** The tokens that an identifier is found by besides its own; none repeats it. */
export function identifierParts(identifier: string): IdentifierPart[] {
  const raw = cut(identifier, LONGEST_READ);
  const bare = SIGN_OUTSIDE.test(raw) ? raw.replace(HEAD, "").replace(TAIL, "") : raw;
  const found = new Parts(raw, raw.indexOf(bare));
  if (bare !== raw) found.add(!raw.endsWith(bare) ? "extra" : /^[.$]/.test(raw) ? "leaf" : "form", bare, 0);
  if (ACRONYM.test(bare)) found.add("form", bare.replaceAll(".", ""), 0, bare.length);
  const line = bare.includes(":") ? LINE_NUMBER.exec(bare) : null;
  if (line !== null && /[./\\]/.test(bare.slice(0, line.index))) {
    found.add("form", bare.slice(0, line.index), 0);
  }
  descend(bare, [0, bare.length], 0, found);
  return found.list;
}

class Parts {
  readonly list: IdentifierPart[] = [];
  readonly #whole: string;

  constructor(raw: string, readonly offset: number) {
    this.#whole = tokenOf(raw);
  }

  add(role: IdentifierPart["role"], text: string, start: number, width = text.length): void {
    const token = tokenOf(text);
    // The list is short: of 256 units at most.
    if (token === "" || token === this.#whole || this.list.some((part) => part.token === token)) return;
    this.list.push({ token, role, start: this.offset + start, end: this.offset + start + width });
  }
}

// Splits at the strongest signs first; what a level cannot split goes to the next.
function descend(bare: string, [from, to]: Range, first: number, found: Parts): void {
  const whole = to - from === bare.length;
  let [start, end] = [from, to];
  for (let level = first; level < LEVELS.length; level++) {
    const separators = LEVELS[level] ?? STRONG;
    const text = bare.slice(start, end);
    if (SIGNS_OF_LEVELS[level]?.test(text) === false) continue;
    const pieces = split(text, separators);
    if (pieces.length < 2) {
      const [a, b] = pieces[0] ?? [0, 0];
      [start, end] = [start + a, start + b];
      continue;
    }
    if (separators === CASE_CHANGE && pieces.length > MOST_CASE_PIECES) break;
    if (!whole) found.add(isFileName(bare, text, end) ? "form" : "extra", text, start);
    if ((separators === DASHES || separators === APOSTROPHES) && pieces.length <= MOST_JOINED_PIECES) {
      found.add(whole ? "form" : "extra", text.replaceAll(separators, ""), start, text.length);
    }
    for (const [a, b] of pieces) descend(bare, [start + a, start + b], level + 1, found);
    return;
  }
  leaf(bare.slice(start, end), start, whole, found);
}

function leaf(text: string, start: number, whole: boolean, found: Parts): void {
  if (!DIGIT.test(text)) {
    if (!whole) found.add("leaf", text, start);
    return;
  }
  const version = VERSION.exec(text)?.[1];
  if (version !== undefined) {
    found.add(whole ? "form" : "leaf", version, start + text.length - version.length);
    if (!whole) found.add("extra", text, start);
    const numbers = version.split(".");
    for (let count = 2; count < numbers.length; count++) {
      found.add("extra", numbers.slice(0, count).join("."), start);
    }
    return;
  }
  if (!whole) found.add("leaf", text, start);
  const lower = text.toLowerCase();
  if (HEXADECIMAL.test(lower)) {
    // A commit is quoted by 7 digits, a memory by 8.
    for (const digits of [7, 8]) found.add(whole ? "form" : "extra", text.slice(0, digits), start);
    return;
  }
  const [, letters, number, count, unit] = LETTERS_AND_DIGITS.exec(text) ?? [];
  for (const piece of [letters ?? count, number ?? unit]) {
    if (piece === undefined || piece.length < 2) continue;
    found.add(
      whole ? "leaf" : "extra",
      piece,
      start + (piece === number || piece === unit ? text.length - piece.length : 0),
    );
  }
}

// The last piece of a path, when it has an extension: it names the file wherever that stands.
function isFileName(bare: string, text: string, end: number): boolean {
  if (!text.includes(".")) return false;
  return /[/\\]/.test(bare.slice(0, end - text.length)) && !/[/\\]/.test(bare.slice(end));
}

function split(text: string, separators: RegExp): Range[] {
  const pieces: Range[] = [];
  let start = 0;
  for (const match of text.matchAll(separators)) {
    if (match.index > start) pieces.push([start, match.index]);
    start = match.index + match[0].length;
  }
  if (start < text.length) pieces.push([start, text.length]);
  return pieces;
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const code = text.charCodeAt(length - 1);
  return text.slice(0, code >= 0xd800 && code < 0xdc00 ? length - 1 : length);
}
