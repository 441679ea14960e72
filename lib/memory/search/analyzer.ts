import { bigrams } from "./bigrams.ts";
import { normalize } from "./fold.ts";
import { identifierParts, tokenOf, withoutEnglishEnding } from "./identifiers.ts";
import { scan, type UnitKind } from "./scan.ts";

/** Goes up whenever the same text may give other tokens than before: a stored index of another version must be rebuilt. */
export const ANALYZER_VERSION = 1;

/** A text as the index holds it. No token holds a blank, a double quote or a NUL; joined by blanks FTS5 gives them back. */
export interface AnalyzedText {
  /**
   * In order: folded words (stemmed when Latin), whole identifiers, bigrams of scripts without blanks with the last
   * character of each run, emoji.
   */
  readonly words: readonly string[];
  /** What identifiers are made of, for a column of its own. */
  readonly parts: readonly string[];
}

/** A token's kind: a word, a whole identifier, a piece of the identifier before it, or a piece of a run. */
export type TokenKind = "word" | "identifier" | "part" | "run";

/** Receives a token and its place in the normalized text, `[start, end)` in UTF-16 units. */
export type TokenSink = (token: string, kind: TokenKind, start: number, end: number) => void;

/** Analyzes a text for the index. Linear in its length; never throws, whatever the text. */
export function analyze(text: string): AnalyzedText {
  const words: string[] = [];
  const parts: string[] = [];
  tokenize(normalize(text), (token, kind) => (kind === "part" ? parts : words).push(token));
  return { words, parts };
}

/** Gives every token of a normalized text, in order. */
export function tokenize(text: string, sink: TokenSink): void {
  const giveRun = (token: string, start: number, end: number): void => sink(token, "run", start, end);
  readUnits(text, (kind, unit, start, end) => {
    if (kind === "run") return bigrams(text, start, end, giveRun);
    if (kind === "picture") return sink(unit, "word", start, end);
    sink(tokenOf(unit), kind, start, end);
    if (kind === "word") return;
    for (const part of identifierParts(unit)) sink(part.token, "part", start + part.start, start + part.end);
  });
}

/** Gives every unit of a normalized text, in order, its English ending taken off (`Alice's` is `Alice`). */
export function readUnits(
  text: string,
  sink: (kind: UnitKind, unit: string, start: number, end: number) => void,
): void {
  scan(text, (kind, start, end) => {
    const raw = text.slice(start, end);
    if (kind === "run" || kind === "picture" || !raw.includes("'")) return sink(kind, raw, start, end);
    const unit = withoutEnglishEnding(raw);
    const unitEnd = raw.startsWith(unit) ? start + unit.length : end;
    sink(unit.includes("'") ? "identifier" : kind, unit, start, unitEnd);
  });
}
