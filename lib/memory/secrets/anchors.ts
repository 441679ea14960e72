import type { SecretRule } from "./rule.ts";

/** A place where anchors of rules stand, the rules with the longest anchor first. */
export interface AnchorHit {
  /** UTF-16 offset. */
  readonly at: number;
  /** What to try there, in this order. */
  readonly candidates: readonly Candidate[];
}

/** A rule and the one of its anchors that was found. */
export interface Candidate {
  /** The anchor as it stands there. */
  readonly anchor: string;
  /** One of the rules that have it. */
  readonly rule: SecretRule;
}

/** Gives the first hit at this place of a text or after; to be asked with places in ascending order. */
export type AnchorSearch = (from: number) => AnchorHit | undefined;

/** The number of ASCII characters: pairs of them are numbers below its square. */
const ASCII = 128;

/**
 * Anchors that begin a word. They are many, so the text is gone through once, and a table of their first two characters
 * says where to look closer. A large alternation would do the same, but compiling it costs a short run 1 ms (ADR 0006).
 */
export class WordAnchors {
  readonly #groups: Candidate[][] = [[]];
  /** For a pair of characters the number of its group, 0 for none. */
  readonly #groupOf = new Uint8Array(ASCII * ASCII);

  /** Anchors of two ASCII characters or more, with at most 255 different beginnings. */
  constructor(rules: readonly SecretRule[]) {
    for (const candidate of longestFirst(rules)) {
      const pair = candidate.anchor.charCodeAt(0) * ASCII + candidate.anchor.charCodeAt(1);
      const number = this.#groupOf[pair] || this.#groups.push([]) - 1;
      this.#groupOf[pair] = number;
      this.#groups[number]?.push(candidate);
    }
  }

  /** A search through this text. */
  in(text: string): AnchorSearch {
    return (from) => {
      let unit = text.charCodeAt(from);
      for (let at = from; at < text.length - 1; at++) {
        const next = text.charCodeAt(at + 1);
        const number = unit < ASCII && next < ASCII ? this.#groupOf[unit * ASCII + next] ?? 0 : 0;
        unit = next;
        if (number === 0 || isInsideWord(text, at)) continue;
        const candidates = this.#groups[number]?.filter(({ anchor }) => text.startsWith(anchor, at)) ?? [];
        if (candidates.length > 0) return { at, candidates };
      }
      return undefined;
    };
  }
}

/** Anchors that may stand anywhere. They are few, so the text is searched for each. */
export class FreeAnchors {
  readonly #byAnchor = new Map<string, Candidate[]>();

  /** Anchors of any length and characters, compared as they are: for a text in small letters, in small letters. */
  constructor(rules: readonly SecretRule[]) {
    for (const candidate of longestFirst(rules)) {
      const group = this.#byAnchor.get(candidate.anchor);
      if (group === undefined) this.#byAnchor.set(candidate.anchor, [candidate]);
      else group.push(candidate);
    }
  }

  /** A search through this text. */
  in(text: string): AnchorSearch {
    let waiting = Array.from(this.#byAnchor, ([anchor, candidates]) => ({ anchor, candidates, at: -1 }));
    return (from) => {
      let first: typeof waiting[number] | undefined;
      for (const each of waiting) {
        if (each.at < from) each.at = text.indexOf(each.anchor, from);
        if (each.at !== -1 && (first === undefined || each.at < first.at)) first = each;
      }
      waiting = waiting.filter(({ at }) => at !== -1);
      return first === undefined ? undefined : { at: first.at, candidates: first.candidates };
    };
  }
}

function longestFirst(rules: readonly SecretRule[]): Candidate[] {
  return rules.flatMap((rule) => rule.anchors.map((anchor) => ({ anchor, rule })))
    .sort((a, b) => b.anchor.length - a.anchor.length);
}

/** Whether a word goes on here: both sides are letters, digits or underscores. The `n` of an escaped `\n` is none. */
function isInsideWord(text: string, at: number): boolean {
  if (at === 0 || !isWordUnit(text.charCodeAt(at)) || !isWordUnit(text.charCodeAt(at - 1))) return false;
  return !(text.charAt(at - 2) === "\\" && "nrt".includes(text.charAt(at - 1)));
}

function isWordUnit(unit: number): boolean {
  return unit >= 97 && unit <= 122 || unit >= 65 && unit <= 90 || unit >= 48 && unit <= 57 || unit === 95;
}
