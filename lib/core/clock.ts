/** Microseconds since 1970-01-01T00:00:00Z. Safe as a number until the year 2255. */
export type Micros = number;

/** Tells the time. Passed in everywhere, so that tests set it. */
export type Clock = () => Micros;

/** One second, one minute, one hour and one day in microseconds. */
export const SECOND: Micros = 1_000_000;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;
export const DAY: Micros = 24 * HOUR;

/**
 * A clock from a source of milliseconds that never gives the same instant twice and never goes backwards within the
 * process, so that two records saved in the same millisecond keep their order.
 */
export function monotonicClock(milliseconds: () => number): Clock {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Math.trunc(milliseconds() * 1000));
    return last;
  };
}
