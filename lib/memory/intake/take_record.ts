import { parseRecordKey } from "../../core/keyspace.ts";
import { scopeLabel } from "../../core/scope.ts";
import { enqueue } from "../../store/outbox.ts";
import { quarantine } from "../../store/quarantine.ts";
import { isAtHome } from "../at_home.ts";
import type { MemoryContext } from "../context.ts";
import { type Deletion, readRecord } from "../import_record.ts";
import { LONGEST_PAYLOAD } from "../ingest.ts";
import { isStored, stateOfPayload, tombstonesOf } from "../known.ts";
import type { Observation } from "../observation.ts";
import { type Merged, mergeObservation, mergeTombstone } from "../records.ts";
import { flagSecrets } from "../secrets/flags.ts";
import { isShared } from "../../core/shared.ts";
import type { RecordEntry } from "./entry.ts";
import { secretIn, type Tally } from "./tally.ts";

/** How entries are taken. */
export interface Taking {
  /** Only count. */
  readonly dryRun: boolean;
  /** Take even what looks like a secret. */
  readonly allowSecret: boolean;
}

/**
 * Takes a record of ours as it is, in the caller's transaction, and counts what that did. One that holds what looks like a
 * secret is taken, since it is a record already, and kept from the mesh.
 */
export function takeRecord(
  context: MemoryContext,
  entry: RecordEntry,
  file: string,
  taking: Taking,
  tally: Tally,
): void {
  const { where, key: keyText, payload } = entry;
  const key = parseRecordKey(keyText);
  const unreadable = (reason: string) => tally.problems.push({ where, kind: "unreadable", reason });
  if (key === undefined) return void unreadable("its key is not a record's");
  if (payload.length > LONGEST_PAYLOAD) {
    return void unreadable(`it is longer than ${LONGEST_PAYLOAD} characters`);
  }
  const isMemory = key.kind === "obs";
  const read = readRecord(
    {
      id: key.id,
      key: keyText,
      observation: isMemory ? payload : undefined,
      tombstone: isMemory ? undefined : payload,
      deletedAt: isMemory ? undefined : "",
      shadowedAt: undefined,
    },
    file,
    context.settings.readable,
  );
  if (read === undefined) {
    tally.otherScopes++;
    return;
  }
  for (const aside of read.aside) {
    unreadable(`${aside.reason}; it is kept in quarantine`);
    if (!taking.dryRun) quarantine(context.store, { ...aside, seenAt: context.clock() });
  }
  if (read.observation !== undefined) takeMemory(context, read.observation, where, taking, tally);
  if (read.deletion !== undefined) takeDeletion(context, read.deletion, taking, tally);
}

function takeMemory(
  context: MemoryContext,
  observation: Observation,
  where: string,
  taking: Taking,
  tally: Tally,
): void {
  const { store, clock, settings } = context;
  const now = clock();
  const { id, scope } = observation;
  // Of what was deleted here nothing comes back, not even its text.
  if (!isStored(store, id, scope) && tombstonesOf(store, id).has(scopeLabel(scope))) {
    tally.kept++;
    return;
  }
  const merged = taking.dryRun ? wouldMerge(context, observation) : mergeObservation(store, observation, now);
  if (merged !== "added" && merged !== "replaced") {
    tally.known++;
    return;
  }
  tally.added++;
  const secret = taking.allowSecret ? undefined : secretIn(observation);
  if (secret !== undefined) tally.problems.push({ where, kind: "flagged", reason: secret });
  if (taking.dryRun) return;
  if (secret !== undefined) flagSecrets(store, observation);
  const label = scopeLabel(observation.scope);
  if (isShared(settings) && !isAtHome(store, observation.id, label)) {
    enqueue(store, "observation", observation.id, label, now);
  }
}

function wouldMerge({ store }: MemoryContext, { id, scope, payload }: Observation): Merged {
  if (stateOfPayload(store, id, payload) !== undefined) return "known";
  return isStored(store, id, scope) ? "conflict" : "added";
}

function takeDeletion(context: MemoryContext, deletion: Deletion, { dryRun }: Taking, tally: Tally): void {
  const { store, clock, settings } = context;
  const known = tombstonesOf(store, deletion.tombstone.id);
  for (const scope of deletion.scopes) {
    const label = scopeLabel(scope);
    if (known.has(label)) {
      tally.known++;
      if (!dryRun && !deletion.inferred) mergeTombstone(store, deletion.tombstone, scope, deletion.author);
      continue;
    }
    tally.deleted++;
    if (dryRun) continue;
    mergeTombstone(store, deletion.tombstone, scope, deletion.author);
    if (isShared(settings) && !isAtHome(store, deletion.tombstone.id, label)) {
      enqueue(store, "tombstone", deletion.tombstone.id, label, clock());
    }
  }
}
