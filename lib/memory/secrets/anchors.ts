import type { SecretRule } from "./rule.ts";

/** A rule with the length of its anchor at some place. */
export interface Candidate {
  readonly rule: SecretRule;
  readonly anchorLength: number;
}

/** Finds in one pass where the anchors of many rules stand, so that a rule's own pattern runs only there. */
export class AnchorIndex {
  readonly #anchors = new Map<string, SecretRule[]>();
  readonly #ignoreCase: boolean;
  readonly #candidates = new Map<string, readonly Candidate[]>();
  #pattern: RegExp | undefined;

  constructor(rules: readonly SecretRule[], ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase;
    for (const rule of rules) {
      for (const anchor of rule.anchors) {
        const sharing = this.#anchors.get(anchor);
        if (sharing === undefined) this.#anchors.set(anchor, [rule]);
        else sharing.push(rule);
      }
    }
  }

  /** Finds any anchor, the longest at each place; global, so the caller sets `lastIndex`. */
  get pattern(): RegExp {
    // Descending order puts an anchor before its own beginnings, and like beginnings together, which V8 joins.
    this.#pattern ??= new RegExp(
      [...this.#anchors.keys()].sort().reverse().map(escape).join("|"),
      this.#ignoreCase ? "gi" : "g",
    );
    this.#pattern.lastIndex = 0;
    return this.#pattern;
  }

  /** The rules to try where this anchor was found: its own and those of anchors it begins with, longest first. */
  candidates(found: string): readonly Candidate[] {
    const text = this.#ignoreCase ? found.toLowerCase() : found;
    const known = this.#candidates.get(text);
    if (known !== undefined) return known;
    const list: Candidate[] = [];
    for (let length = text.length; length > 0; length--) {
      for (const rule of this.#anchors.get(text.slice(0, length)) ?? []) {
        if (!list.some((other) => other.rule === rule)) list.push({ rule, anchorLength: length });
      }
    }
    this.#candidates.set(text, list);
    return list;
  }
}

function escape(literal: string): string {
  return literal.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}
