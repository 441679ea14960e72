import { analyze, type AnalyzedText } from "../../../../lib/memory/search/analyzer.ts";
import { analyzeQuery, type Term } from "../../../../lib/memory/search/terms.ts";

/** Whether an analyzed text has what a term asks for, as the meaning of terms is documented. */
export function holds({ words, parts }: AnalyzedText, term: Term): boolean {
  const tokens = new Set([...words, ...parts]);
  switch (term.kind) {
    case "word":
      return tokens.has(term.token);
    case "identifier":
      return term.forms.some((form) => tokens.has(form)) ||
        (term.leaves.length > 0 && term.leaves.every((leaf) => tokens.has(leaf)));
    case "run":
      return term.bigrams.every(({ token, weak }) => (weak && !term.stop) || tokens.has(token));
    case "character":
      return words.some((word) => word.startsWith(term.prefix));
  }
}

/** Whether a text has everything that a query asks for, and the query asks for something. */
export function finds(query: string, text: string): boolean {
  const { terms } = analyzeQuery(query);
  const analyzed = analyze(text);
  return terms.length > 0 && terms.every((term) => holds(analyzed, term));
}
