import { median } from "../local/measure.ts";

/** A quantity over time, evenly sampled. */
export interface Series {
  /** Whose: hub peer, spoke router, … */
  readonly name: string;
  readonly values: readonly number[];
}

/** The part of the samples at each end that is compared. */
const PART = 1 / 6;

/** Medians of the first and of the last sixth. */
export function ends({ values }: Series): { readonly first: number; readonly last: number } {
  const count = Math.max(1, Math.floor(values.length * PART));
  return { first: median(values.slice(0, count)), last: median(values.slice(-count)) };
}

/** Whether the last sixth is no more than the first, and so much of it and so much in the quantity's unit besides. */
export function isFlat(series: Series, part: number, besides: number): boolean {
  const { first, last } = ends(series);
  return last <= first * (1 + part) + besides;
}
