const ASCII = /^[\0-\x7f]*$/;
// deno-lint-ignore no-control-regex
const ESCAPE_SEQUENCE = /\x1b\[[0-9;?]*[A-Za-z]/g;
// Characters that show nothing and may stand within a word: soft hyphen, joiners, direction marks, variation selectors.
const INVISIBLE =
  /[\u00ad\u034f\u061c\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u{e0000}-\u{e0fff}]/gu;
// What is typed in place of the long vowel mark within katakana: hyphens, minus, horizontal bar, box drawing line.
const LONG_VOWEL_STAND_IN = /(?<=[ァ-ヺ])[\u2010\u2011\u2015\u2212\u2500](?![\u2010\u2011\u2015\u2212\u2500])/g;
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
  "’": "'",
  "‘": "'",
  "ʼ": "'",
};
const SPECIAL = new RegExp(`[${Object.keys(LETTERS_WITHOUT_DECOMPOSITION).join("")}]`, "g");

/** Whether the text has no character beyond ASCII, for which all of Unicode's rules are idle. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/**
 * The text in the one spelling that the analyzer reads, its letter case kept: NFKC (full width, half-width katakana,
 * ligatures), without invisible characters and terminal colours, one long vowel mark in katakana.
 */
export function normalize(text: string): string {
  const plain = text.includes("\x1b") ? text.replaceAll(ESCAPE_SEQUENCE, " ") : text;
  if (isAscii(plain)) return plain;
  return plain.replaceAll(INVISIBLE, "").normalize("NFKC").replaceAll(LONG_VOWEL_STAND_IN, "ー");
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
