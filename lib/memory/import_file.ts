import { type ScopeLabel, scopeLabel } from "../core/scope.ts";
import type { PythonReader, PythonRecord } from "../store/python/record.ts";
import type { MemoryContext } from "./context.ts";
import { type Deletion, type ReadRecord, readRecord } from "./import_record.ts";
import { isStored, stateOfPayload, tombstonesOf } from "./known.ts";
import { quarantine } from "../store/quarantine.ts";
import { mergeObservation, mergeTombstone, STATE } from "./records.ts";
import { BULK_BATCH } from "./search/bulk.ts";
import { flagSecrets } from "./secrets/flags.ts";
import type { Store } from "../store/store.ts";

/** What was taken over from one file, counted while it is read. */
export interface Tally {
  /** Memories that were not here. */
  added: number;
  /** Deletions that were not here, one a scope. */
  deleted: number;
  /** Records of scopes that this user does not read. */
  skipped: number;
  /** Whether there were deletions without scope: they act in every scope that is readable now. */
  scopeless: boolean;
}

// What one transaction takes at the most besides BULK_BATCH records (a write lock of about 0.3 s, 8 MB).
const BATCH_CHARACTERS = 4_000_000;

/** A tally of nothing. */
export function emptyTally(): Tally {
  return { added: 0, deleted: 0, skipped: 0, scopeless: false };
}

/**
 * Merges what a file of Python's version holds, batch by batch, counts it in `tally` and calls `after` with the size of
 * each batch. `again`: the file was read before, so what is hidden there and no longer here was cleaned up here and does
 * not come back. Throws a PythonFileFailure where the file cannot be read on; what stood before that is merged.
 */
export function mergeFile(
  context: MemoryContext,
  reader: PythonReader,
  file: string,
  again: boolean,
  tally: Tally,
  after: (records: number) => void,
): void {
  const { store, settings } = context;
  for (const batch of batches(reader.records())) {
    const fresh: ReadRecord[] = [];
    for (const record of batch) {
      if (record.observation === undefined && record.key === undefined) tally.scopeless = true;
      if (isKnown(store, record, settings.readable)) continue;
      // Read before the transaction, so that other processes come in between.
      const read = readRecord(record, file, settings.readable);
      if (read === undefined) tally.skipped++;
      else fresh.push(read);
    }
    if (fresh.length > 0) store.write(() => fresh.forEach((read) => merge(context, read, again, tally)));
    after(batch.length);
  }
}

/** Whether merging the record would change nothing. Cheap; false when it is not certain. */
function isKnown(store: Store, record: PythonRecord, readable: readonly ScopeLabel[]): boolean {
  const { id, observation, tombstone, deletedAt, shadowedAt } = record;
  if (record.key !== undefined) return false;
  if (observation === undefined) {
    if (deletedAt === undefined) return false;
    const known = tombstonesOf(store, id);
    return readable.every((scope) =>
      known.has(scope) && (tombstone === undefined || known.get(scope) === tombstone)
    );
  }
  const state = stateOfPayload(store, id, observation);
  if (state === undefined) return false;
  if (deletedAt === undefined) return shadowedAt !== undefined || state !== STATE.shadowed;
  if (state !== STATE.tombstoned) return false;
  return tombstone === undefined || [...tombstonesOf(store, id).values()].includes(tombstone);
}

function merge(context: MemoryContext, read: ReadRecord, again: boolean, tally: Tally): void {
  const { store } = context;
  const now = context.clock();
  for (const one of read.aside) quarantine(store, { ...one, seenAt: now });
  const { observation, shadowedAt } = read;
  if (observation !== undefined && !wasCleanedUp(store, read, again)) {
    const merged = mergeObservation(store, observation, now, shadowedAt);
    if (merged === "added") tally.added++;
    if (merged === "added" || merged === "replaced") flagSecrets(store, observation);
  }
  if (read.deletion !== undefined) tally.deleted += mergeDeletion(store, read.deletion);
}

function wasCleanedUp(store: Store, { observation, shadowedAt }: ReadRecord, again: boolean): boolean {
  if (observation === undefined) return false;
  const { id, scope } = observation;
  if (!again || isStored(store, id, scope)) return false;
  return shadowedAt !== undefined || tombstonesOf(store, id).has(scopeLabel(scope));
}

function mergeDeletion(store: Store, { tombstone, inferred, scopes, author }: Deletion): number {
  const known = inferred ? tombstonesOf(store, tombstone.id) : undefined;
  let added = 0;
  for (const scope of scopes) {
    if (known?.has(scopeLabel(scope))) continue;
    if (mergeTombstone(store, tombstone, scope, author)) added++;
  }
  return added;
}

function* batches(records: Iterable<PythonRecord>): Generator<PythonRecord[]> {
  let batch: PythonRecord[] = [];
  let characters = 0;
  try {
    for (const record of records) {
      batch.push(record);
      characters += (record.observation?.length ?? 0) + (record.tombstone?.length ?? 0);
      if (batch.length < BULK_BATCH && characters < BATCH_CHARACTERS) continue;
      yield batch;
      batch = [];
      characters = 0;
    }
  } catch (error) {
    // What was read before the damage counts.
    if (batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}
