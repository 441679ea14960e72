import { scopeLabel } from "../core/scope.ts";
import { enqueue } from "../store/outbox.ts";
import { keptVerdict } from "../trust/verdicts.ts";
import type { MemoryContext } from "./context.ts";
import { findMemory } from "./find.ts";
import { signTombstone } from "./judgement.ts";
import { mergeTombstone, type StoredObservation } from "./records.ts";
import { isShared, requireOwnMode } from "../core/shared.ts";
import { formatTombstone } from "./tombstone.ts";

/** Deletes one memory by its id or the beginning of it. Deleting again changes nothing. Gives the complete id. */
export function deleteMemory(context: MemoryContext, idOrPrefix: string, reason: string): string {
  const { stored } = findMemory(context, idOrPrefix);
  deleteRecords(context, [stored], reason);
  return stored.observation.id;
}

/** What to tell of a deletion that others may not take; undefined when there is nothing to tell. */
export function deletionNotice({ store, settings }: MemoryContext, id: string): string | undefined {
  if (settings.signatures === "accept") return undefined;
  const found = settings.readable.some((scope) => keptVerdict(store, "t", id, scope)?.state === "foreign");
  return found
    ? "It is another user's: hosts that refuse what is not proven keep it, others mark the deletion as foreign."
    : undefined;
}

/** Deletes records in one transaction that is on the disk when this returns. */
export function deleteRecords(
  context: MemoryContext,
  records: readonly StoredObservation[],
  reason: string,
): void {
  const { store, clock, settings } = context;
  requireOwnMode(settings, "delete");
  store.write(() => {
    for (const { observation, state } of records) {
      if (state === "tombstoned") continue;
      const now = clock();
      const unsigned = formatTombstone(observation.id, reason, now);
      const { record, verdict } = signTombstone(context, unsigned, observation, now);
      mergeTombstone(store, record, observation.scope, observation.author, verdict);
      if (isShared(settings)) enqueue(store, "tombstone", observation.id, scopeLabel(observation.scope), now);
    }
  });
}
