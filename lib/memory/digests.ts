import { sha256 } from "../core/digest.ts";
import { type ScopeLabel } from "../core/scope.ts";
import { text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { type Outgoing, outgoingRecord } from "./outgoing.ts";

/** Into how many buckets the records of a scope are sorted, by the first three digits of their ids (DESIGN §5). */
export const BUCKETS = 4096;

/** How many records a bucket holds, and the XOR of their hashes, as 16 hexadecimal digits; equal for equal sets. */
export interface BucketSum {
  readonly count: number;
  readonly xor: string;
}

/** One record as hosts compare it: `o` or `t` (observation or tombstone), its id, and 64 bits of its payload's SHA-256. */
export interface RecordDigest {
  readonly kind: "o" | "t";
  readonly id: string;
  readonly hash: string;
}

/** The sums of every bucket of a scope; empty buckets are left out. */
export function bucketSums(store: Store, scope: ScopeLabel): Map<number, BucketSum> {
  const sums = new Map<number, { count: number; xor: bigint }>();
  for (const { kind, id, hash } of digests(store, scope, "", "g")) {
    const bucket = bucketOf(id);
    const sum = sums.get(bucket) ?? { count: 0, xor: 0n };
    // The kind takes part, so that a tombstone and an observation of the same bytes would not cancel out.
    sum.xor ^= BigInt(`0x${hash}`) ^ (kind === "t" ? 1n : 0n);
    sum.count++;
    sums.set(bucket, sum);
  }
  return new Map([...sums].map(([bucket, { count, xor }]) => [bucket, { count, xor: xor.toString(16).padStart(16, "0") }]));
}

/** The records of one bucket of a scope. */
export function bucketDigests(store: Store, scope: ScopeLabel, bucket: number): RecordDigest[] {
  const first = bucket.toString(16).padStart(3, "0");
  return [...digests(store, scope, first, `${first}g`)];
}

/** The record behind a digest, with its key; undefined when it is not here. */
export function digestedRecord(
  store: Store,
  scope: ScopeLabel,
  { kind, id }: Pick<RecordDigest, "kind" | "id">,
): Pick<Outgoing, "key" | "payload"> | undefined {
  return outgoingRecord(store, kind === "o" ? "observation" : "tombstone", id, scope);
}

/** The bucket of an id. */
export function bucketOf(id: string): number {
  return Number.parseInt(id.slice(0, 3), 16);
}

// A page of ids at a time; shadowed records (state 2) were not seen in the mesh, so they are not shown to it.
const PAGE = 1000;

function* digests(store: Store, scope: ScopeLabel, from: string, to: string): Generator<RecordDigest> {
  const observations = "SELECT id, payload FROM observation WHERE id > ? AND id < ? AND scope = ? AND state <> 2 ORDER BY id LIMIT ?";
  const tombstones = "SELECT id, payload FROM tombstone WHERE id > ? AND id < ? AND scope = ? ORDER BY id LIMIT ?";
  for (const [kind, sql] of [["o", observations], ["t", tombstones]] as const) {
    for (let last = from;;) {
      const page = store.all(sql, [last, to, scope, PAGE], (row) => ({
        kind,
        id: text(row, "id"),
        hash: sha256(text(row, "payload")).slice(0, 16),
      }));
      yield* page;
      const end = page.at(-1);
      if (end === undefined || page.length < PAGE) break;
      last = end.id;
    }
  }
}
