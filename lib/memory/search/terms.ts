import { readUnits } from "./analyzer.ts";
import { bigrams } from "./bigrams.ts";
import { foldWord, normalize } from "./fold.ts";
import { identifierParts, tokenOf } from "./identifiers.ts";
import { isStopWord } from "./stopwords.ts";
import { isWeakBigram, isWeakCharacter } from "./weak_bigrams.ts";

/** The language that a question looks like: by its script, `en` for the letters a to z. */
export type Language = "en" | "ja" | "zh" | "ko" | "other";

/** A bigram of a run. */
export interface Bigram {
  /** What the index holds. */
  readonly token: string;
  /** Whether it lies within function words (`のか`) or on a word's border (`定を`). */
  readonly weak: boolean;
}

/**
 * One thing that is asked for, in the tokens of the index. `stop`: it says little about what is asked, and is worth
 * using only when nothing else is there.
 *
 * - `word`: one token.
 * - `identifier`: any of `forms` is the identifier itself (the first is how it was written); failing that, a text that has
 *   all of `leaves` speaks of it. `leaves` may be empty.
 * - `run`: the bigrams of a stretch of Japanese, Chinese, Korean or Thai, in order; a text with all of the bigrams that
 *   are not weak speaks of it, one with some of them of a part of it.
 * - `character`: one character of such a script: a prefix query, since every character begins a token.
 */
export type Term =
  | { readonly kind: "word"; readonly text: string; readonly stop: boolean; readonly token: string }
  | {
    readonly kind: "identifier";
    readonly text: string;
    readonly stop: boolean;
    readonly forms: readonly string[];
    readonly leaves: readonly string[];
  }
  | {
    readonly kind: "run";
    readonly text: string;
    readonly stop: boolean;
    readonly bigrams: readonly Bigram[];
  }
  | { readonly kind: "character"; readonly text: string; readonly stop: boolean; readonly prefix: string };

/** A question as the index is asked it. */
export interface AnalyzedQuery {
  /** What the question looks like. */
  readonly language: Language;
  /** In the order of the question, each once. Empty when the text holds nothing to look for. */
  readonly terms: readonly Term[];
}

/** Analyzes what is asked, with the tokens that `analyze` gives for the same text. Never throws. */
export function analyzeQuery(query: string): AnalyzedQuery {
  const text = normalize(query);
  const terms = new Map<string, Term>();
  readUnits(text, (kind, unit) => {
    const term = kind === "run"
      ? runTerm(unit)
      : kind === "identifier"
      ? identifierTerm(unit)
      : wordTerm(unit, text);
    const key = `${term.kind} ${term.kind === "word" ? term.token : term.text}`;
    if (!terms.has(key)) terms.set(key, term);
  });
  return { language: languageOf(text), terms: [...terms.values()] };
}

function wordTerm(text: string, query: string): Term {
  // IT, US, WHO in a question that is not all capitals are names.
  const name = text.length > 1 && text === text.toUpperCase() && query !== query.toUpperCase();
  return { kind: "word", text, token: tokenOf(text), stop: !name && isStopWord(foldWord(text)) };
}

function identifierTerm(text: string): Term {
  const parts = identifierParts(text);
  const tokens = (role: string): string[] =>
    parts.filter((part) => part.role === role).map(({ token }) => token);
  const leaves = tokens("leaf");
  const telling = leaves.filter((leaf) => !isStopWord(leaf));
  return {
    kind: "identifier",
    text,
    stop: false,
    forms: [tokenOf(text), ...tokens("form")],
    leaves: telling.length > 0 ? telling : leaves,
  };
}

function runTerm(text: string): Term {
  const pieces = new Map<string, Bigram>();
  let unigram = "";
  bigrams(text, 0, text.length, (token, _start, end) => {
    if (isOneCharacter(token)) unigram = token;
    else if (!pieces.has(token)) pieces.set(token, { token, weak: isWeakBigram(token, text, end) });
  });
  if (pieces.size === 0) return { kind: "character", text, prefix: unigram, stop: isWeakCharacter(unigram) };
  const all = [...pieces.values()];
  return { kind: "run", text, stop: all.every(({ weak }) => weak), bigrams: all };
}

function isOneCharacter(token: string): boolean {
  return token.length === 1 || (token.length === 2 && (token.codePointAt(0) ?? 0) > 0xffff);
}

function languageOf(text: string): Language {
  if (/[ぁ-ヺ]/.test(text)) return "ja";
  if (/\p{Script=Hangul}/u.test(text)) return "ko";
  if (/\p{Script=Han}/u.test(text)) return "zh";
  return /[A-Za-z]/.test(text) || !/\p{L}/u.test(text) ? "en" : "other";
}
