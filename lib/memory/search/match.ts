import type { Term } from "./terms.ts";
import { telling, type Unit } from "./units.ts";

/** FTS5's expression for one unit. */
export function matchUnit({ token, prefix }: Pick<Unit, "token" | "prefix">): string {
  return `"${token.replaceAll('"', '""')}"${prefix ? "*" : ""}`;
}

/** FTS5's expression for any of the given ones; there must be one at least. */
export function anyOf(expressions: readonly string[]): string {
  return expressions.length === 1 ? expressions[0] ?? '""' : `(${expressions.join(" OR ")})`;
}

/** FTS5's expression for all of the given ones. */
export function allOf(expressions: readonly string[]): string {
  return expressions.length === 1 ? expressions[0] ?? '""' : `(${expressions.join(" AND ")})`;
}

/** FTS5's expression for texts that speak of every term. */
export function matchTerms(terms: readonly Term[]): string {
  return allOf(telling(terms).map(matchTerm));
}

function matchTerm(term: Term): string {
  if (term.kind === "word") return matchUnit({ token: term.token, prefix: false });
  if (term.kind === "character") return matchUnit({ token: term.prefix, prefix: true });
  if (term.kind === "run") {
    const strong = term.bigrams.filter(({ weak }) => !weak);
    return allOf(
      (strong.length > 0 ? strong : term.bigrams).map(({ token }) => matchUnit({ token, prefix: false })),
    );
  }
  const forms = term.forms.map((token) => matchUnit({ token, prefix: false }));
  const leaves = term.leaves.map((token) => matchUnit({ token, prefix: false }));
  return anyOf(leaves.length === 0 ? forms : [...forms, allOf(leaves)]);
}
