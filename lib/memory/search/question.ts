import type { Micros } from "../../core/clock.ts";
import type { Observation } from "../observation.ts";
import { type Filters, filtersOf } from "./filter.ts";
import { textsOf } from "./index.ts";
import { holdsPhrase, type Phrase, readPhrase } from "./phrase.ts";
import { parseQuery } from "./query.ts";
import type { SearchFilters } from "./request.ts";
import { type AnalyzedQuery, analyzeQuery } from "./terms.ts";

/** A query, read and analyzed. */
export interface Question {
  /** All that is asked for, phrases included; without terms it browses. */
  readonly asked: AnalyzedQuery;
  /** The terms of the phrases, every one of which must be there. */
  readonly required: AnalyzedQuery;
  /** Every one of them must stand there. */
  readonly phrases: readonly Phrase[];
  /** None of them may stand there. */
  readonly without: readonly Phrase[];
  /** Those of the request and those of the query; all of them hold. */
  readonly filters: readonly Filters[];
}

/** Reads what is asked. Anything can be asked: what is no syntax is words. */
export function readQuestion(query: string, filters: SearchFilters, now: Micros): Question {
  const parsed = parseQuery(query, now);
  return {
    asked: analyzeQuery([parsed.text, ...parsed.phrases].join("\n")),
    required: analyzeQuery(parsed.phrases.join("\n")),
    phrases: parsed.phrases.flatMap((phrase) => readPhrase(phrase) ?? []),
    without: parsed.without.flatMap(excluded),
    filters: [filters, filtersOf(parsed.filters)],
  };
}

/** Whether an observation holds every phrase and nothing that was excluded. */
export function answers(observation: Observation, { phrases, without }: Question): boolean {
  if (phrases.length === 0 && without.length === 0) return true;
  const texts = textsOf(observation);
  const held = (phrase: Phrase) => texts.some((text) => holdsPhrase(text, phrase));
  return phrases.every(held) && !without.some(held);
}

// An excluded word takes its plural with it.
function excluded(text: string): Phrase[] {
  const phrase = readPhrase(text);
  if (phrase === undefined) return [];
  return /^[a-z]{2,}$/.test(phrase.folded) ? [phrase, { folded: `${phrase.folded}s` }] : [phrase];
}
