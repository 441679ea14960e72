import type { Micros } from "../../core/clock.ts";
import type { StoredObservation } from "../records.ts";
import { feedback } from "./feedback.ts";
import { Finder, readFor, type Reading } from "./reading.ts";
import { nudge, relevance, WEIGHTS } from "./score.ts";
import type { Unit } from "./units.ts";

interface Ranked {
  readonly stored: StoredObservation;
  readonly reading: Reading;
  score: number;
}

/** Two texts that share this much of their tokens say the same. */
const SAME = 0.9;
// Each is compared with all before it; a page rarely shows more.
const COMPARED = 60;

/** Puts candidates in order, the best first; those that say the same as a better one come last. */
export function rank(
  candidates: readonly StoredObservation[],
  units: readonly Unit[],
  idf: readonly number[],
  now: Micros,
): StoredObservation[] {
  const finder = new Finder(units);
  const weights = units.map(({ weight }) => weight);
  const readings = candidates.map(({ observation }) => readFor(observation, finder, idf));
  const averageLength = readings.reduce((sum, { length }) => sum + length, 0) / Math.max(1, readings.length);
  const ranked = candidates.map((stored, index): Ranked => {
    const reading = readings[index] ?? readFor(stored.observation, finder, idf);
    return { stored, reading, score: relevance(reading, idf, weights, averageLength) };
  });
  ranked.sort(byScore);
  if (WEIGHTS.feedback > 0) {
    const shares = feedback(ranked.map(({ reading }) => reading), ranked.map(({ score }) => score));
    const top = ranked[0]?.score ?? 0;
    ranked.forEach((one, index) => one.score += WEIGHTS.feedback * top * (shares[index] ?? 0));
  }
  for (const one of ranked) one.score *= nudge(one.stored.observation, now);
  return duplicatesLast(ranked.sort(byScore)).map(({ stored }) => stored);
}

function byScore(a: Ranked, b: Ranked): number {
  const [one, other] = [a.stored.observation, b.stored.observation];
  return b.score - a.score || other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1);
}

function duplicatesLast(ranked: readonly Ranked[]): Ranked[] {
  const [kept, repeated]: [Ranked[], Ranked[]] = [[], []];
  for (const one of ranked.slice(0, COMPARED)) {
    (kept.some(({ reading }) => sayTheSame(reading, one.reading)) ? repeated : kept).push(one);
  }
  return [...kept, ...ranked.slice(COMPARED), ...repeated];
}

function sayTheSame(a: Reading, b: Reading): boolean {
  const [few, many] = a.tokens.size < b.tokens.size ? [a.tokens, b.tokens] : [b.tokens, a.tokens];
  if (few.size < SAME * many.size) return false;
  let [shared, missing] = [0, 0];
  const allowed = few.size - Math.ceil(SAME * (few.size + many.size) / (1 + SAME));
  for (const token of few.keys()) {
    if (many.has(token)) shared++;
    else if (++missing > allowed) return false;
  }
  return shared >= SAME * (few.size + many.size - shared);
}
