import { isWordKind, kindOf } from "./characters.ts";
import { fold } from "./fold.ts";

/** A phrase that texts are checked for; undefined when it holds nothing but blanks. */
export interface Phrase {
  /** The phrase as `fold` gives it. */
  readonly folded: string;
}

/** Makes a phrase of what stood between quotes. */
export function readPhrase(text: string): Phrase | undefined {
  const folded = fold(text);
  return folded === "" ? undefined : { folded };
}

/**
 * Whether a text holds the phrase, letter case, width, diacritics and the number of blanks aside. It starts and ends where
 * a word does (`cat` is not in `category`); scripts without blanks have no such borders.
 */
export function holdsPhrase(text: string, phrase: Phrase): boolean {
  const folded = fold(text);
  for (let at = folded.indexOf(phrase.folded); at >= 0; at = folded.indexOf(phrase.folded, at + 1)) {
    if (isBorder(folded, at) && isBorder(folded, at + phrase.folded.length)) return true;
  }
  return false;
}

function isBorder(text: string, at: number): boolean {
  if (at === 0 || at === text.length) return true;
  return !(isWordKind(kindOf(text.charCodeAt(at - 1))) && isWordKind(kindOf(text.charCodeAt(at))));
}
