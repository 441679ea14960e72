import { sha256 } from "../core/digest.ts";
import type { ScopeLabel } from "../core/scope.ts";
import type { OutboxKind } from "../store/outbox.ts";
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

/** The sum of records; no record, no sum. */
export function sumOf(records: readonly RecordDigest[]): BucketSum | undefined {
  if (records.length === 0) return undefined;
  let xor = 0n;
  // The kind takes part, so that a tombstone and an observation of the same bytes do not cancel out.
  for (const { kind, hash } of records) xor ^= BigInt(`0x${hash}`) ^ (kind === "t" ? 1n : 0n);
  return { count: records.length, xor: xor.toString(16).padStart(16, "0") };
}

/**
 * The records whose ids begin with `prefix`, as they are compared with other hosts: what is live, stubs of what was erased,
 * and tombstones. Left out are bodies that a tombstone hides, since every host drops them in its own time, and what
 * this host does not show: records that were not seen in the mesh, that nobody chose to share, or that are held back.
 */
export function digests(store: Store, scope: ScopeLabel, prefix: string): RecordDigest[] {
  // No digit comes after "f", so "g" is above every id that begins so.
  const values = [prefix, `${prefix}g`, scope];
  const read = (kind: "o" | "t", sql: string): RecordDigest[] =>
    store.all(sql, values, (row) => ({ kind, id: text(row, "id"), hash: hashOf(text(row, "payload")) }));
  return [...read("o", OBSERVATIONS), ...read("t", TOMBSTONES)];
}

const AT_HOME = "EXISTS (SELECT 1 FROM at_home h WHERE h.id = r.id AND h.scope = r.scope)";

// Held back: it holds what looks like a secret, and it still waits to go out, so the mesh does not have it from here.
const HELD_BACK =
  `(EXISTS (SELECT 1 FROM secret_flag f WHERE f.id = r.id AND f.scope = r.scope AND f.allowed_at IS NULL)
  AND EXISTS (SELECT 1 FROM outbox x WHERE x.kind = 'observation' AND x.id = r.id AND x.scope = r.scope))`;

const OBSERVATIONS = `SELECT id, payload FROM observation r WHERE id >= ? AND id < ? AND scope = ?
  AND (state IN (0, 3) OR (state = 1 AND substr(payload, 1, 12) = '{"purged_at"')) AND NOT ${AT_HOME} AND NOT ${HELD_BACK}`;

const TOMBSTONES =
  `SELECT id, payload FROM tombstone r WHERE id >= ? AND id < ? AND scope = ? AND NOT ${AT_HOME}`;

/** The record behind a digest, with its key; undefined when `digests` would not list it. */
export function digestedRecord(
  store: Store,
  scope: ScopeLabel,
  { kind, id }: Pick<RecordDigest, "kind" | "id">,
): Pick<Outgoing, "key" | "payload"> | undefined {
  if (!digests(store, scope, id).some((digest) => digest.kind === kind)) return undefined;
  return outgoingRecord(store, kindOf(kind), id, scope);
}

/** What the outbox calls the kind of a digest. */
export function kindOf(kind: RecordDigest["kind"]): OutboxKind {
  return kind === "o" ? "observation" : "tombstone";
}

/** 64 bits of a payload's SHA-256, as 16 hexadecimal digits. */
export function hashOf(payload: string): string {
  return sha256(payload).slice(0, 16);
}

/** The bucket of an id, from 0 to BUCKETS - 1. */
export function bucketOf(id: string): number {
  return Number.parseInt(id.slice(0, 3), 16);
}

/** What the ids of a bucket begin with. */
export function bucketPrefix(bucket: number): string {
  return bucket.toString(16).padStart(3, "0");
}
