const ASCII = /^[\0-\x7f]*$/;
// deno-lint-ignore no-control-regex
const ESCAPE_SEQUENCE = /\x1b\[[0-9;?]*[A-Za-z](?![\p{M}\uff9e\uff9f])/gu;
// Characters that show nothing and may stand within a word: soft hyphen, joiners, direction marks, variation selectors.
const INVISIBLE =
  /[\u00ad\u034f\u061c\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u{e0000}-\u{e0fff}]/gu;
// What is typed in place of the long vowel mark within katakana: hyphens, minus, horizontal bar, box drawing line.
const LONG_VOWEL_STAND_IN =
  /(?<=[ァ-ヺ])[\u2010\u2011\u2015\u2212\u2500](?![\u2010\u2011\u2015\u2212\u2500])/g;
// What normalizes on its own: a colour, or a character with the marks, vowels and invisible characters after it.
const CLUSTER = new RegExp(
  `${ESCAPE_SEQUENCE.source}|[^](?:\\p{M}|[\\u1160-\\u11ff\uff9e\uff9f]|${INVISIBLE.source})*`,
  "gu",
);
const APOSTROPHE_STAND_IN = /[‘’ʼ]/g;
const ACCENTS = /[\u0300-\u036f]+/g;
const LETTERS_WITHOUT_DECOMPOSITION: Readonly<Record<string, string>> = {
  "ß": "ss",
  "æ": "ae",
  "œ": "oe",
  "ø": "o",
  "đ": "d",
  "ð": "d",
  "ł": "l",
  "þ": "th",
  "ħ": "h",
  "ŧ": "t",
  "ı": "i",
  "ĸ": "k",
  "ς": "σ",
};
const SPECIAL = new RegExp(`[${Object.keys(LETTERS_WITHOUT_DECOMPOSITION).join("")}]`, "g");

/** Whether the text has no character beyond ASCII, for which all of Unicode's rules are idle. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/**
 * The text in the one spelling that the analyzer reads, its letter case kept: NFKC (full width, half-width katakana,
 * ligatures), without invisible characters and terminal colours, one apostrophe, one long vowel mark in katakana.
 */
export function normalize(text: string): string {
  const plain = text.includes("\x1b") ? text.replaceAll(ESCAPE_SEQUENCE, " ") : text;
  if (isAscii(plain)) return plain;
  return plain.replaceAll(INVISIBLE, "").normalize("NFKC").replaceAll(APOSTROPHE_STAND_IN, "'")
    .replaceAll(LONG_VOWEL_STAND_IN, "ー");
}

/** A normalized text with the places it came from; without places when nothing changed, so that they are the same. */
export interface Traced {
  /** The normalized text. */
  readonly text: string;
  /** For each UTF-16 unit of it, where the characters it came from start in the original. */
  readonly starts: Int32Array | undefined;
  /** Where they end. */
  readonly ends: Int32Array | undefined;
}

/** Normalizes and keeps track of the places. Linear in the text. */
export function normalizeTraced(text: string): Traced {
  if (normalize(text) === text) return { text, starts: undefined, ends: undefined };
  const starts: number[] = [];
  const ends: number[] = [];
  let normalized = "";
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const piece = cluster.startsWith("\x1b[") ? " " : normalize(cluster);
    normalized += piece;
    for (let unit = 0; unit < piece.length; unit++) {
      starts.push(index);
      ends.push(index + cluster.length);
    }
  }
  normalized = normalized.replaceAll(LONG_VOWEL_STAND_IN, "ー");
  return { text: normalized, starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
}

/** A normalized word without letter case and diacritics: `Café` is `cafe`, `Straße` is `strasse`. */
export function foldWord(word: string): string {
  const lower = word.toLowerCase();
  if (isAscii(lower)) return lower;
  return lower.normalize("NFD").replaceAll(ACCENTS, "").normalize("NFC")
    .replaceAll(SPECIAL, (letter) => LETTERS_WITHOUT_DECOMPOSITION[letter] ?? letter);
}

/** The whole text as an exact phrase is compared: normalized, folded, its blanks single. Linear in the text. */
export function fold(text: string): string {
  return foldWord(normalize(text)).replaceAll(/\s+/g, " ").trim();
}
