import type { Micros } from "../../core/clock.ts";
import type { StoredObservation } from "../records.ts";
import { rarity } from "./frequency.ts";
import { answers, type Question } from "./question.ts";
import { rank } from "./rank.ts";
import { Finder, readFor } from "./reading.ts";
import type { Term } from "./terms.ts";
import { telling, unitsOf } from "./units.ts";

/** How many memories are looked through without an index: a second's work. */
export const LOOKED_THROUGH = 10_000;

/** Finds memories among the given ones, the newest first, by reading them; best first. */
export function findUnindexed(
  memories: Iterable<StoredObservation>,
  question: Question,
  all: boolean,
  now: Micros,
): StoredObservation[] {
  const units = unitsOf(question.asked.terms);
  const finder = new Finder(units);
  const counts = units.map(() => 0);
  const found: StoredObservation[] = [];
  let total = 0;
  for (const stored of memories) {
    if (++total > LOOKED_THROUGH) break;
    const { frequencies } = readFor(stored.observation, finder, counts);
    const has = (token: string): boolean => (frequencies[finder.find(token) ?? -1] ?? 0) > 0;
    frequencies.forEach((frequency, unit) => counts[unit] = (counts[unit] ?? 0) + (frequency > 0 ? 1 : 0));
    const matches = all
      ? telling(question.asked.terms).every((term) => speaksOf(term, has))
      : frequencies.some((frequency) => frequency > 0);
    if (matches && answers(stored.observation, question)) found.push(stored);
  }
  return rank(found, units, counts.map((count) => rarity(count, total)), now);
}

function speaksOf(term: Term, has: (token: string) => boolean): boolean {
  if (term.kind === "word") return has(term.token);
  if (term.kind === "character") return has(term.prefix);
  if (term.kind === "run") return term.bigrams.every(({ token, weak }) => (weak && !term.stop) || has(token));
  return term.forms.some(has) || (term.leaves.length > 0 && term.leaves.every(has));
}
