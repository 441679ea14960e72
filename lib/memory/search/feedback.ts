import type { Reading } from "./reading.ts";
import { WEIGHTS } from "./score.ts";

/**
 * What else the best texts speak of: each candidate's share of the words that set the first ones apart from the rest of
 * the candidates (pseudo-relevance feedback), 0 to 1. `best` are the scores, by candidate; the candidates stand in their
 * order.
 */
export function feedback(readings: readonly Reading[], scores: readonly number[]): number[] {
  const { feedbackTexts, feedbackTerms } = WEIGHTS;
  const among = new Map<string, number>();
  for (const { tokens } of readings) {
    for (const token of tokens.keys()) among.set(token, (among.get(token) ?? 0) + 1);
  }
  const worth = new Map<string, number>();
  readings.slice(0, feedbackTexts).forEach(({ tokens, length }, index) => {
    const score = (scores[index] ?? 0) / Math.max(1e-9, scores[0] ?? 0);
    for (const [token, count] of tokens) {
      const rarity = Math.log(1 + readings.length / (among.get(token) ?? 1));
      worth.set(token, (worth.get(token) ?? 0) + score * rarity * count / Math.max(20, length));
    }
  });
  const chosen = [...worth].filter(([token]) => (among.get(token) ?? 0) > 1)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, feedbackTerms);
  const total = chosen.reduce((sum, [, value]) => sum + value, 0);
  return readings.map(({ tokens, length }) => {
    let sum = 0;
    for (const [token, value] of chosen) {
      const count = tokens.get(token) ?? 0;
      sum += value * count / (count + 0.5 + length / 60);
    }
    return total === 0 ? 0 : sum / total;
  });
}
