import type { Observation } from "../observation.ts";
import { tokenize } from "./analyzer.ts";
import { normalize } from "./fold.ts";
import { textsOf } from "./index.ts";
import type { Unit } from "./units.ts";

/** A candidate, read for what is looked for. */
export interface Reading {
  /** By unit: how often it occurs in each of the four columns, weighted (COLUMN_WEIGHTS). */
  readonly frequencies: Float64Array;
  /** By unit: how near others of the query stand, the nearer and the rarer the more. */
  readonly nearness: Float64Array;
  /** How many tokens it has. */
  readonly length: number;
  /** How often each token occurs, in the order of first occurrence; for feedback and near-duplicates. */
  readonly tokens: ReadonlyMap<string, number>;
}

/** What an occurrence counts in subject, tags, summary and content (docs/adr/0007-ranking.md). */
export const COLUMN_WEIGHTS: readonly number[] = [2, 1.5, 1, 1];

/** A longer text is read up to here, so that a page costs a bounded time. UTF-16 units; a memory has 400 on average. */
export const LONGEST_READ = 20_000;

/** Reads an observation for the units of a query. `idf` is by unit. */
export function readFor(observation: Observation, finder: Finder, idf: readonly number[]): Reading {
  const count = idf.length;
  const frequencies = new Float64Array(count);
  const nearness = new Float64Array(count);
  const tokens = new Map<string, number>();
  let length = 0;
  textsOf(observation).forEach((text, column) => {
    const weight = COLUMN_WEIGHTS[column] ?? 1;
    let place = 0;
    let [last, lastPlace] = [-1, 0];
    tokenize(normalize(text.slice(0, LONGEST_READ)), (token, kind) => {
      // A part stands where its identifier does.
      if (kind !== "part") {
        place++;
        length++;
        tokens.set(token, (tokens.get(token) ?? 0) + 1);
      }
      const unit = finder.find(token);
      if (unit === undefined) return;
      frequencies[unit] = (frequencies[unit] ?? 0) + weight;
      if (last >= 0 && last !== unit) {
        const nearer = 1 / Math.max(1, place - lastPlace) ** 2;
        nearness[unit] = (nearness[unit] ?? 0) + nearer * (idf[last] ?? 0);
        nearness[last] = (nearness[last] ?? 0) + nearer * (idf[unit] ?? 0);
      }
      [last, lastPlace] = [unit, place];
    });
  });
  return { frequencies, nearness, length, tokens };
}

/** Tells which unit of a query a token stands for. */
export class Finder {
  readonly #whole = new Map<string, number>();
  readonly #prefixes = new Map<string, number>();

  /** Makes one for the units of a query. */
  constructor(units: readonly Unit[]) {
    units.forEach(({ token, prefix }, index) => (prefix ? this.#prefixes : this.#whole).set(token, index));
  }

  /** The index of the unit, or undefined. */
  find(token: string): number | undefined {
    const whole = this.#whole.get(token);
    if (whole !== undefined || this.#prefixes.size === 0) return whole;
    return this.#prefixes.get(String.fromCodePoint(token.codePointAt(0) ?? 0));
  }
}
