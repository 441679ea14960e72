import { AnchorIndex, type Candidate } from "./anchors.ts";
import { isPlaceholder } from "./placeholder.ts";
import type { SecretRule } from "./rule.ts";
import { contextRules, formatRules } from "./rules.ts";

/** Where a text holds what looks like a secret. The secret itself is never part of it. */
export interface SecretFinding {
  /** The rule's id, such as `aws-access-key-id`. */
  readonly rule: string;
  /** What was found, in words. */
  readonly title: string;
  /** First UTF-16 unit of the secret, and the one after its last. */
  readonly start: number;
  readonly end: number;
  /** Where it starts, for people: both from 1 on, the column in UTF-16 units. */
  readonly line: number;
  readonly column: number;
}

interface Match {
  readonly rule: SecretRule;
  readonly start: number;
  readonly end: number;
}

const formats = new AnchorIndex(formatRules, false);
const contexts = new AnchorIndex(contextRules, true);

/**
 * What looks like a key, token or password, in order of position and without overlap: a secret known by its own form
 * beats one known by its surroundings. Examples and placeholders pass. Time grows with the text's length only; of the
 * patterns only those of which an anchor is in the text are ever compiled.
 */
export function scanSecrets(text: string): SecretFinding[] {
  return locate(text, merge(matches(text, formats), matches(text, contexts)));
}

function matches(text: string, index: AnchorIndex): Match[] {
  const found: Match[] = [];
  const pattern = index.pattern;
  for (let hit = pattern.exec(text); hit !== null; hit = pattern.exec(text)) {
    const resume = tryRules(text, hit.index, index.candidates(hit[0]), found);
    pattern.lastIndex = Math.max(resume, hit.index + 1);
  }
  return found;
}

/** Adds the first rule's match that holds; answers where to go on, so that no stretch is read for many anchors. */
function tryRules(text: string, at: number, candidates: readonly Candidate[], found: Match[]): number {
  const insideWord = isInsideWord(text, at);
  let resume = at;
  for (const { rule, anchorLength } of candidates) {
    if (insideWord && rule.lead === undefined && rule.inside !== true) continue;
    const start = rule.lead === undefined ? at : endOf(rule.lead, text, at);
    const end = start === -1 ? -1 : endOf(rule.value, text, start);
    if (end === -1) continue;
    const beginning = rule.lead === undefined && rule.inside !== true ? anchorLength : 0;
    const first = rule.inside === true ? Math.max(startOfWord(text, start), found.at(-1)?.end ?? 0) : start;
    const value = text.slice(first, end);
    const around = { before: text.charAt(first - 1), after: text.charAt(end) };
    if (!isPlaceholder(value.slice(beginning)) && (rule.accepts?.(value, around) ?? true)) {
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

/** Whether a letter, digit or underscore stands before; the `n` of a newline written as `\n` does not count. */
function isInsideWord(text: string, at: number): boolean {
  const before = text.charAt(at - 1);
  return /\w/.test(before) && !(text.charAt(at - 2) === "\\" && "nrt".includes(before));
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
  return found.map(({ rule, start, end }) => {
    for (
      let next = text.indexOf("\n", lineStart);
      next !== -1 && next < start;
      next = text.indexOf("\n", lineStart)
    ) {
      line++;
      lineStart = next + 1;
    }
    return { rule: rule.id, title: rule.title, start, end, line, column: start - lineStart + 1 };
  });
}
