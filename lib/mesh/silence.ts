import type { Clock, Micros } from "../core/clock.ts";

/** Comparisons in a row that nobody answered, before a link counts as dead. */
const SILENT = 2;

/** After a restart that did not help the next one waits this long, then twice as long, up to the most. Microseconds. */
const FIRST_PAUSE: Micros = 60_000_000;
const LONGEST_PAUSE: Micros = 3_600_000_000;

/**
 * Notices links that carry nothing: hosts are linked to our router, records wait for them, and nobody answers. A router that
 * lost its hub and found it again several times within a second can end so (seen in random fault rounds, seed 769111,
 * zenohd 1.10.2), and only starting it again helps. Where there is nobody who could answer, as with a hub that stores
 * nothing, a restart does not help either, so they become rare.
 */
export class Silence {
  readonly #clock: Clock;
  #silent = 0;
  #pause: Micros = FIRST_PAUSE;
  #notBefore: Micros = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Somebody answered. */
  heard(): void {
    this.#silent = 0;
    this.#pause = FIRST_PAUSE;
    this.#notBefore = 0;
  }

  /** Nobody answered, though records wait. Gives whether the router should be started again. */
  unanswered(): boolean {
    this.#silent++;
    const now = this.#clock();
    if (this.#silent < SILENT || now < this.#notBefore) return false;
    this.#silent = 0;
    this.#notBefore = now + this.#pause;
    this.#pause = Math.min(LONGEST_PAUSE, 2 * this.#pause);
    return true;
  }
}
