import type { Clock } from "../core/clock.ts";
import { SECOND } from "../core/clock.ts";
import { sleep, systemTimer } from "../mesh/timer.ts";

/** How long a command waits for the mesh that is not told how long. Seconds. */
export const DEFAULT_WAIT = 30;

/** The longest that one may wait: a day. Seconds. */
export const LONGEST_WAIT = 86_400;

/** How often it looks. Milliseconds. */
const LOOK_MS = 20;

/** Waits until `done` says so, `seconds` at the most. Gives whether it did. */
export async function waitUntil(done: () => boolean, seconds: number, clock: Clock): Promise<boolean> {
  const over = clock() + seconds * SECOND;
  for (;;) {
    if (done()) return true;
    if (clock() >= over) return false;
    await sleep(systemTimer, LOOK_MS);
  }
}
