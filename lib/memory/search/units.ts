import type { Term } from "./terms.ts";

/** One thing to look for in the index, and what finding it is worth beside the others. */
export interface Unit {
  /** As the index holds it. */
  readonly token: string;
  /** Every token that begins so, in place of the token alone. */
  readonly prefix: boolean;
  /** 1 for a word. */
  readonly weight: number;
}

/** What a piece of an identifier is worth beside the identifier: many texts have `lib` that do not speak of `src/lib/x.ts`. */
const LEAF = 0.5;

/** What the terms of a question are looked for by, each token once. Terms that say little only when there are no others. */
export function unitsOf(terms: readonly Term[]): Unit[] {
  const units = new Map<string, Unit>();
  const add = (token: string, weight: number, prefix = false): void => {
    const known = units.get(token);
    if (known === undefined || known.weight < weight) units.set(token, { token, prefix, weight });
  };
  for (const term of telling(terms)) {
    if (term.kind === "word") add(term.token, 1);
    else if (term.kind === "character") add(term.prefix, 1, true);
    else if (term.kind === "run") {
      for (const { token, weak } of term.bigrams) if (!weak || term.stop) add(token, 1);
    } else {
      for (const form of term.forms) add(form, 1);
      for (const leaf of term.leaves) add(leaf, LEAF);
    }
  }
  return [...units.values()];
}

/** The terms that say what is asked for; all of them when none does. */
export function telling(terms: readonly Term[]): readonly Term[] {
  const left = terms.filter(({ stop }) => !stop);
  return left.length > 0 ? left : terms;
}
