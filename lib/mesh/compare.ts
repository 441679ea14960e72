import type { ScopeLabel } from "../core/scope.ts";
import {
  bucketPrefix,
  type BucketSum,
  type RecordDigest,
  type RecordName,
  type RecordSpace,
} from "../store/exchange.ts";
import type { Store } from "../store/store.ts";
import { MOST_BUCKETS, MOST_RECORDS } from "./sync_protocol.ts";

/** What two sets of records lack of each other. */
export interface Difference {
  /** What the other host has and this one lacks, or has with other bytes. */
  readonly wanted: readonly RecordName[];
  /** What this host has and the other lacks. */
  readonly lacking: readonly RecordName[];
}

/**
 * Compares records. A body is neither fetched nor sent where only the other side knows its tombstone. Who shows a body
 * beside its tombstone shows a stub (`digests`), and that goes everywhere, since it erases.
 */
export function difference(
  ours: readonly RecordDigest[],
  theirs: readonly RecordDigest[],
): Difference {
  const here = new Map(ours.map((one) => [one.kind + one.id, one.hash]));
  const there = new Map(theirs.map((one) => [one.kind + one.id, one.hash]));
  const isDead = ({ kind, id }: RecordDigest, beside: Map<string, string>, beyond: Map<string, string>) =>
    kind === "o" && beyond.has(`t${id}`) && !beside.has(`t${id}`);
  return {
    wanted: theirs.filter((one) => here.get(one.kind + one.id) !== one.hash && !isDead(one, there, here)),
    lacking: ours.filter((one) => !there.has(one.kind + one.id) && !isDead(one, here, there)),
  };
}

/** The buckets whose sums are not the same, in groups that are small enough to be asked for at once. */
export function bucketsToCompare(
  ours: ReadonlyMap<number, BucketSum>,
  theirs: ReadonlyMap<number, BucketSum>,
): number[][] {
  const groups: number[][] = [];
  let group: number[] = [];
  let records = 0;
  for (const bucket of new Set([...ours.keys(), ...theirs.keys()])) {
    const [here, there] = [ours.get(bucket), theirs.get(bucket)];
    if (here?.count === there?.count && here?.xor === there?.xor) continue;
    if (group.length === 0) groups.push(group);
    group.push(bucket);
    records += Math.max(here?.count ?? 0, there?.count ?? 0);
    if (group.length < MOST_BUCKETS && records < MOST_DIGESTS) continue;
    group = [];
    records = 0;
  }
  return groups;
}

/** Digests that one question asks for. */
const MOST_DIGESTS = 20_000;

/** What is here in these buckets. */
export function digestsOf(
  store: Store,
  space: RecordSpace,
  scope: ScopeLabel,
  buckets: readonly number[],
): RecordDigest[] {
  return buckets.flatMap((bucket) => space.digests(store, scope, bucketPrefix(bucket)));
}

/** Cuts a list into pieces that one question may ask for. */
export function pages(names: readonly RecordName[]): RecordName[][] {
  const found: RecordName[][] = [];
  for (let at = 0; at < names.length; at += MOST_RECORDS) found.push(names.slice(at, at + MOST_RECORDS));
  return found;
}
