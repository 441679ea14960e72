import { type Scope, scopeLabel } from "../core/scope.ts";
import { isShared } from "../core/shared.ts";
import { isObject, pythonJson } from "../core/json.ts";
import { enqueue } from "../store/outbox.ts";
import type { MemoryContext } from "./context.ts";
import { deleteRecords } from "./delete.ts";
import { newRecordId, signObservation } from "./judgement.ts";
import { eachLegacy } from "./legacy.ts";
import type { Observation } from "./observation.ts";
import { mergeObservation, type StoredObservation } from "./records.ts";
import { flagSecrets } from "./secrets/flags.ts";

/** Live memories without a tier. */
export interface Movable {
  /** Those that this host wrote, so that it may say whom they are for. */
  readonly own: number;
  /** Those of others. */
  readonly others: number;
}

/** How many memories `moveLegacy` would move. */
export function countMovable(context: MemoryContext): Movable {
  const { own, others } = split(context);
  return { own: own.length, others };
}

/**
 * Gives this host's live memories without a tier a scope of their own, in one transaction: each is saved anew there, under a new
 * id, and its old record deleted. A new id, since to Python's version a deletion is of an id, wherever it stands; so what names
 * an old id in its text goes on naming that. What a memory replaces of the others that move it replaces as before.
 */
export function moveLegacy(context: MemoryContext, scope: Scope): Movable {
  const { store, settings, clock } = context;
  return store.write(() => {
    const { own, others } = split(context);
    const made = own.map((stored) => ({ stored, ...newRecordId(context, scope) }));
    const ids = new Map(made.map(({ stored, id }) => [stored.observation.id, id]));
    for (const { stored, id, nonce } of made) {
      const now = clock();
      const unsigned = copy(stored.observation, scope, id, ids);
      const { record, verdict } = signObservation(context, unsigned, nonce, now);
      mergeObservation(store, record, now, undefined, verdict);
      flagSecrets(store, record);
      if (isShared(settings)) enqueue(store, "observation", id, scopeLabel(scope), now);
    }
    deleteRecords(context, own, `moved to ${scopeLabel(scope)}`);
    return { own: own.length, others };
  });
}

function split({ store, identity }: MemoryContext): { own: StoredObservation[]; others: number } {
  const own: StoredObservation[] = [];
  let others = 0;
  for (const stored of eachLegacy(store)) {
    if (stored.observation.author.pcId === identity.pcId) own.push(stored);
    else others++;
  }
  return { own, others };
}

// Members that this version does not know stay; a signature would not fit any more.
function copy(
  old: Observation,
  scope: Scope,
  id: string,
  ids: ReadonlyMap<string, string>,
): Observation {
  const supersedes = old.supersedes.map((each) => ids.get(each) ?? each);
  const read: unknown = JSON.parse(old.payload);
  const { _sig, _nonce, ...members } = isObject(read) ? read : {};
  const payload = pythonJson({
    ...members,
    observation_id: id,
    visibility: scope.tier,
    scope_id: scope.id,
    supersedes,
  });
  return { ...old, id, scope, supersedes, payload };
}
