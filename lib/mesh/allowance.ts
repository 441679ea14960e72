import type { Clock, Micros } from "../core/clock.ts";

/**
 * What one host may have taken in one go, and from then on each second: a save in a loop makes some hundreds a second, and an
 * import of more than this reaches the others a little later. Records.
 */
export const AT_ONCE = 20_000;
export const A_SECOND = 500;

const SECOND: Micros = 1_000_000;

/** Hosts that are remembered; whoever invents more of them shares what is left with all that do. */
const MOST_SOURCES = 1_000;

/** A token bucket for each source of records. */
export class Allowances {
  readonly #left = new Map<string, { tokens: number; at: Micros }>();

  constructor(
    readonly clock: Clock,
    readonly atOnce: number = AT_ONCE,
    readonly aSecond: number = A_SECOND,
  ) {}

  /** How many records of the source may be taken now. */
  left(source: string): number {
    const known = this.#left.get(this.#name(source));
    return known === undefined ? this.atOnce : Math.floor(this.#refill(known));
  }

  /** So many were taken. */
  take(source: string, count: number): void {
    const name = this.#name(source);
    const known = this.#left.get(name) ?? { tokens: this.atOnce, at: this.clock() };
    known.tokens = this.#refill(known) - count;
    this.#left.set(name, known);
  }

  // A clock that is set back gives nothing, and one that is set forward the most.
  #refill(one: { tokens: number; at: Micros }): number {
    const now = this.clock();
    one.tokens = Math.min(this.atOnce, one.tokens + Math.max(0, now - one.at) / SECOND * this.aSecond);
    one.at = now;
    return one.tokens;
  }

  #name(source: string): string {
    if (this.#left.has(source) || this.#left.size < MOST_SOURCES) return source;
    this.#forgetFull();
    return this.#left.size < MOST_SOURCES ? source : "others";
  }

  // A source that may send all it ever may is as good as new.
  #forgetFull(): void {
    for (const [source, one] of this.#left) {
      if (this.#refill(one) >= this.atOnce) this.#left.delete(source);
    }
  }
}

/** Who sent a record, as far as its key says: the host's id in the key of a memory, else the kind of its key. */
export function sourceOf(key: string): string {
  const chunks = key.split("/");
  const [space, tier] = chunks;
  const host = chunks[(tier === "mesh" ? 2 : tier === "user" || tier === "team" ? 3 : 1) + 3];
  return (space === "mem" ? host : undefined) ?? chunks.slice(0, 4).join("/");
}
