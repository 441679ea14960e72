import type { Storage } from "./storages.ts";
import { xxh3 } from "./xxh3.ts";

/**
 * How storages align with each other; the values of Python 1.2.0 (compat data §6), which every router of the mesh must
 * share: they are hashed into the keys that alignment uses.
 */
export const REPLICATION = {
  interval: 10.0,
  sub_intervals: 5,
  hot: 6,
  warm: 30,
  propagation_delay: 250,
} as const;

/**
 * The keys at which routers align a storage: they publish digests at the first, and are asked for records at the second.
 * Zenoh hashes what must be the same on both sides into them (storage manager 1.10.2, replication/configuration.rs).
 */
export function alignmentKeys(
  storage: Pick<Storage, "keys" | "stripPrefix">,
): { digests: string; aligner: string } {
  const fingerprint = fingerprintOf(storage);
  return { digests: `@-digest/*/${fingerprint}`, aligner: `@zid/*/${fingerprint}/aligner` };
}

function fingerprintOf({ keys, stripPrefix }: Pick<Storage, "keys" | "stripPrefix">): bigint {
  const { interval, sub_intervals, hot, warm, propagation_delay } = REPLICATION;
  const names = new TextEncoder().encode(keys + stripPrefix);
  const numbers = [[interval * 1000, 16], [sub_intervals, 8], [hot, 8], [warm, 8], [
    propagation_delay,
    16,
  ]] as const;
  const bytes = new Uint8Array(names.length + 56);
  bytes.set(names);
  let at = names.length;
  for (const [value, size] of numbers) {
    new DataView(bytes.buffer).setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return xxh3(bytes);
}
