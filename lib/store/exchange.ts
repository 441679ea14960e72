import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import type { ScopeLabel } from "../core/scope.ts";
import type { OutboxKind } from "./outbox.ts";
import type { Store } from "./store.ts";

/** A record as hosts hand it to each other. */
export interface Arrival {
  readonly key: string;
  readonly payload: string;
}

/** How records from other hosts are taken. */
export interface Ingestion {
  readonly now: Micros;
  /**
   * Whether this host sends its own payload out again when the mesh turns out to hold one under its key that gives way to
   * it. Not every host may: a thousand would answer at once.
   */
  readonly republish: boolean;
  /**
   * Whether the storage is this host's, as a hub's is: what takes the place of another payload under its key goes out again from
   * here, since the storage refuses what a router stamped whose clock is behind.
   */
  readonly stores?: boolean;
  /** Whether only what is proven by a signature is taken (policy `refuse`); all is when it is not given. */
  readonly refuseUnproven?: boolean;
}

/** What became of a record that arrived. */
export type Ingested = "added" | "known" | "replaced" | "conflict" | "deleted" | "quarantined";

/** What the outbox calls the kinds of records, by the letter that stands for them when hosts compare. */
export const RECORD_KINDS = {
  o: "observation",
  t: "tombstone",
  m: "message",
  a: "ack",
  c: "certificate",
  r: "revocation",
} as const satisfies Readonly<Record<string, OutboxKind>>;

/** The letter of a kind of records. */
export type RecordLetter = keyof typeof RECORD_KINDS;

/** A record by its kind and id (32 hexadecimal digits). */
export interface RecordName {
  readonly kind: RecordLetter;
  readonly id: string;
}

/** One record as hosts compare it: its name, and 64 bits of its payload's SHA-256. */
export interface RecordDigest extends RecordName {
  readonly hash: string;
}

/** Part of what storages hold of a scope, and how it is asked for. */
export interface Part {
  /** Keys to get; those of the second group only when the first is taken, and so on. */
  readonly steps: readonly (readonly string[])[];
  /** The kinds of records that this part holds all of, and what their ids begin with. */
  readonly kinds: readonly RecordLetter[];
  readonly prefix: string;
}

/**
 * What one module keeps and hosts exchange: memories, messages, certificates. The mesh brings records from one host's space
 * to the same space of another and knows nothing else of them.
 */
export interface RecordSpace {
  readonly kinds: readonly RecordLetter[];
  /** Whether what arrives under this key is for this space. */
  owns(key: string): boolean;
  /** The record that a key holds; undefined for a key that holds none. */
  nameOf(key: string): RecordName | undefined;
  /** The key at which hosts compare a scope's records; it holds none. Undefined where this space has nothing. */
  syncKey(scope: ScopeLabel): string | undefined;
  /** Keys under which new records of a scope appear. */
  subscriptions(scope: ScopeLabel): readonly string[];
  /** All of a scope that a storage may hold. */
  parts(scope: ScopeLabel): readonly Part[];
  /** Adds a record to the set, in the caller's transaction: in any order, as often as it comes. */
  ingest(store: Store, arrival: Arrival, how: Ingestion): Ingested;
  /** Takes the DELETE of a key, in the caller's transaction. Gives whether anything changed. */
  ingestDelete(store: Store, key: string, how: Ingestion): boolean;
  /** Whether a record is here already, byte for byte, so that taking it would change nothing. Needs no transaction. */
  isKnown(store: Store, arrival: Arrival): boolean;
  /** The records whose ids begin with `prefix`, as far as this host shows them to others. */
  digests(store: Store, scope: ScopeLabel, prefix: string): RecordDigest[];
  /** A record as it goes out; undefined when it is not here. */
  outgoing(store: Store, kind: OutboxKind, id: string, scope: ScopeLabel): Arrival | undefined;
}

/** Into how many buckets the records of a scope are sorted, by the first three digits of their ids (DESIGN §5). */
export const BUCKETS = 4096;

/** How many records a bucket holds, and the XOR of their hashes, as 16 hexadecimal digits; equal for equal sets. */
export interface BucketSum {
  readonly count: number;
  readonly xor: string;
}

/** The sum of records; no record, no sum. */
export function sumOf(records: readonly RecordDigest[]): BucketSum | undefined {
  if (records.length === 0) return undefined;
  let xor = 0n;
  // The kind takes part, so that two records of different kinds and the same bytes do not cancel out.
  for (const { kind, hash } of records) xor ^= BigInt(`0x${hash}`) ^ BigInt(LETTERS.indexOf(kind));
  return { count: records.length, xor: xor.toString(16).padStart(16, "0") };
}

/** The letters in the order that makes them numbers in a sum; a new one goes to the end. */
const LETTERS: readonly string[] = Object.keys(RECORD_KINDS);

/** Whether a text is the letter of a kind that this version knows. */
export function isRecordLetter(text: string | undefined): text is RecordLetter {
  return text !== undefined && LETTERS.includes(text);
}

/** 64 bits of a payload's SHA-256, as 16 hexadecimal digits. */
export function hashOf(payload: string | Uint8Array): string {
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
