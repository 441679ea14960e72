import { type AnchorHit, type AnchorSearch, FreeAnchors, WordAnchors } from "./anchors.ts";
import { isPlaceholder } from "./placeholder.ts";
import type { SecretRule } from "./rule.ts";
import { contextRules, formatRules } from "./rules.ts";

/** Where a text holds what looks like a secret. The secret itself is never part of it. */
export interface SecretFinding {
  /** The rule's id, such as `aws-access-key-id`. */
  readonly rule: string;
  /** What was found, in words. */
  readonly title: string;
  /** UTF-16 offset of the secret's first unit. */
  readonly start: number;
  /** UTF-16 offset after its last unit. */
  readonly end: number;
  /** Line in which it starts, from 1 on. */
  readonly line: number;
  /** UTF-16 unit of that line with which it starts, from 1 on. */
  readonly column: number;
}

interface Match {
  readonly rule: SecretRule;
  readonly start: number;
  readonly end: number;
}

/** How many characters before an anchor a rule may ask about. */
const PRIOR = 40;

const wordAnchors = new WordAnchors(formatRules.filter((rule) => rule.inside !== true));
const insideAnchors = new FreeAnchors(formatRules.filter((rule) => rule.inside === true));
const contextAnchors = new FreeAnchors(contextRules);

/**
 * What looks like a key, token or password, in order of position and without overlap: a secret known by its own form
 * beats one known by its surroundings. Examples and placeholders pass. Time grows with the text's length only; of the
 * patterns only those of which an anchor is in the text are ever compiled.
 */
export function scanSecrets(text: string): SecretFinding[] {
  // The one character that is longer in small letters would shift what comes after it.
  const small = text.replaceAll("İ", "I").toLowerCase();
  const formats = merge(matches(text, wordAnchors.in(text)), matches(text, insideAnchors.in(text)));
  return locate(text, merge(formats, matches(text, contextAnchors.in(small))));
}

function matches(text: string, search: AnchorSearch): Match[] {
  const found: Match[] = [];
  let from = 0;
  for (let hit = search(from); hit !== undefined; hit = search(from)) {
    from = Math.max(tryRules(text, hit, found), hit.at + 1);
  }
  return found;
}

/** Adds the first rule's match that holds; answers where to go on, so that no stretch is read for many anchors. */
function tryRules(text: string, { at, candidates }: AnchorHit, found: Match[]): number {
  let resume = at;
  for (const { anchor, rule } of candidates) {
    const start = rule.lead === undefined ? at : endOf(rule.lead, text, at);
    if (start === -1 || rule.prior?.test(text.slice(Math.max(0, at - PRIOR), at)) === false) continue;
    const end = endOf(rule.value, text, start);
    if (end === -1) continue;
    const first = rule.inside === true ? Math.max(startOfWord(text, at), found.at(-1)?.end ?? 0) : start;
    const value = text.slice(first, end);
    const own = rule.lead === undefined && rule.inside !== true ? value.slice(anchor.length) : value;
    const around = { before: text.charAt(first - 1), after: text.charAt(end) };
    if (!isPlaceholder(own) && (rule.accepts?.(value, around) ?? true)) {
      found.push({ rule, start: first, end });
      return end;
    }
    // What stood there was no secret. A key of known form holds no other; a bare value may itself be a name.
    resume = Math.max(resume, rule.lead === undefined ? end : start);
  }
  return resume;
}

/** Where the word begins that goes on at this place; looked for in the 64 characters before it. */
function startOfWord(text: string, at: number): number {
  return at - (/[\w.~-]*$/.exec(text.slice(Math.max(0, at - 64), at))?.[0].length ?? 0);
}

function endOf(sticky: RegExp, text: string, at: number): number {
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : -1;
}

/** Both lists in order; where they overlap, only what is in the first. */
function merge(first: readonly Match[], second: readonly Match[]): Match[] {
  let at = 0;
  const rest = second.filter((match) => {
    while ((first[at]?.end ?? Infinity) <= match.start) at++;
    return (first[at]?.start ?? Infinity) >= match.end;
  });
  return [...first, ...rest].sort((a, b) => a.start - b.start);
}

function locate(text: string, found: readonly Match[]): SecretFinding[] {
  let line = 1;
  let lineStart = 0;
  let lineEnd = endOfLine(text, 0);
  return found.map(({ rule, start, end }) => {
    while (lineEnd < start) {
      line++;
      lineStart = lineEnd + 1;
      lineEnd = endOfLine(text, lineStart);
    }
    return { rule: rule.id, title: rule.title, start, end, line, column: start - lineStart + 1 };
  });
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}
