import type { Clock, Micros } from "../../lib/core/clock.ts";
import { parseTime } from "../../lib/core/time.ts";

/** A clock that tests set; each reading is one microsecond after the last, as with the real one. */
export interface TestClock extends Clock {
  /** Moves the clock on. */
  advance(by: Micros): void;
  /** Sets the clock to an ISO time. */
  set(time: string): void;
}

/** When tests take place unless they say otherwise: after every time in the golden files. */
export const TEST_TIME = "2026-03-01T12:00:00Z";

/** A clock that stands at `time`. */
export function testClock(time: string = TEST_TIME): TestClock {
  let now = at(time);
  return Object.assign(() => now++, {
    advance: (by: Micros) => void (now += by),
    set: (to: string) => void (now = at(to)),
  });
}

/** An ISO time in microseconds. */
export function at(time: string): Micros {
  const read = parseTime(time);
  if (read === undefined) throw new TypeError(`Not a time: ${time}`);
  return read;
}
