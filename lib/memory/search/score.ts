import { DAY, type Micros } from "../../core/clock.ts";
import type { Observation } from "../observation.ts";
import type { Reading } from "./reading.ts";

/** A factor of the rank; docs/adr/0007-ranking.md tells what each is for and what it gains. */
export const WEIGHTS = {
  /** Of BM25: how soon further occurrences count less, and how much a long text is held against it. */
  k1: 1.2,
  b: 0.6,
  proximity: 0.6,
  coverage: 0.7,
  importance: 0.05,
  recency: 0.03,
  feedback: 0.3,
  feedbackTexts: 5,
  feedbackTerms: 12,
};

/** How much of what is asked for a text must be known by: BM25, what stands near, and how much of the question it covers. */
export function relevance(
  reading: Reading,
  idf: readonly number[],
  weights: readonly number[],
  averageLength: number,
): number {
  const { k1, b, proximity, coverage } = WEIGHTS;
  const norm = k1 * (1 - b + b * reading.length / averageLength);
  let [sum, had, asked] = [0, 0, 0];
  idf.forEach((rarity, unit) => {
    const weight = (weights[unit] ?? 1) * rarity;
    asked += weight;
    const frequency = reading.frequencies[unit] ?? 0;
    if (frequency === 0) return;
    had += weight;
    const near = reading.nearness[unit] ?? 0;
    sum += weight * frequency * (k1 + 1) / (frequency + norm) +
      proximity * Math.min(1, rarity) * (weights[unit] ?? 1) * near * (k1 + 1) / (near + norm);
  });
  return asked === 0 ? 0 : sum * (had / asked) ** coverage;
}

/** What importance and age make of a relevance: factors near 1, so that they decide between equals. */
export function nudge({ importance, createdAt }: Observation, now: Micros): number {
  const age = Math.max(0, now - createdAt) / (180 * DAY);
  return (1 + WEIGHTS.importance * (importance - 3)) * (1 + WEIGHTS.recency * 2 ** -age);
}
