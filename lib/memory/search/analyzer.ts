// TEMPORARY STUB until the analyzer helper writes this file. Overwrite it.
export const ANALYZER_VERSION = 0;
export interface AnalyzedText {
  readonly words: readonly string[];
  readonly parts: readonly string[];
}
export function analyze(text: string): AnalyzedText {
  const words: string[] = [];
  for (const w of text.normalize("NFKC").toLowerCase().split(/\s+/)) {
    if (w === "") continue;
    words.push(w);
  }
  return { words, parts: [] };
}
