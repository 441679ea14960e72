import type { Random } from "../../lib/core/random.ts";

/** Bytes that are the same for the same seed (a 32-bit xorshift generator). */
export function seededRandom(seed: number): Random {
  const next = seededNumbers(seed);
  return (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256));
}

/** Numbers from 0 up to, not including, 1 that are the same for the same seed. */
export function seededNumbers(seed: number): () => number {
  // A state of zero would stay zero; the first values of near seeds are alike, so some are thrown away.
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 8; i++) next();
  return next;
}

/** The items in an order that depends on the numbers alone. */
export function shuffled<T>(items: readonly T[], next: () => number): T[] {
  return items.map((item) => ({ item, place: next() })).sort((a, b) => a.place - b.place).map(({ item }) =>
    item
  );
}
