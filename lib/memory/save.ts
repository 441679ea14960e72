import { derivedFrom } from "../core/digest.ts";
import { UsageError } from "../core/errors.ts";
import { isId } from "../core/ids.ts";
import { scopeFor } from "../core/settings.ts";
import { type Scope, scopeLabel, type Tier } from "../core/scope.ts";
import { enqueue } from "../store/outbox.ts";
import { isAtHome, keepRecordAtHome } from "./at_home.ts";
import { supersedeCandidates } from "./candidates.ts";
import type { MemoryContext } from "./context.ts";
import { newRecordId, signObservation } from "./judgement.ts";
import type { Editable } from "./editable.ts";
import { lint, type LintWarning } from "./lint.ts";
import { formatObservation, type Observation } from "./observation.ts";
import { mergeObservation } from "./records.ts";
import { refuseSecrets } from "./secrets/refuse.ts";
import { isShared, requireOwnMode } from "../core/shared.ts";

/** A memory to be saved, checked and complete. */
export interface NewMemory extends Editable {
  /** Complete ids of the memories that this one replaces. */
  readonly supersedes: readonly string[];
  /** Undefined: as the settings say. */
  readonly visibility: Tier | undefined;
  /** Save even what looks like a secret. */
  readonly allowSecret: boolean;
  /** The memory that this is a new form of: it stays in that one's scope, and on this host where that one is kept to it. */
  readonly revises?: Observation;
  /** What it is made of, so that it is one record however often and wherever it is made. */
  readonly source?: Source;
}

/** Something that is not a memory, of which one is made. */
export interface Source {
  /** Whoever may see it may see the memory. */
  readonly scope: Scope;
  /** Names it among all that memories are made of; the memory's id follows from it. */
  readonly name: string;
}

/** A memory that is on the disk. */
export interface Saved {
  readonly observation: Observation;
  readonly warnings: readonly LintWarning[];
  /** Memories that this one may be meant to replace. */
  readonly candidates: readonly Observation[];
}

/**
 * Saves a memory: record, index and, where a mesh is configured, the outbox row in one transaction that is on the disk
 * when this returns (DESIGN §1). Throws a UsageError for what cannot be saved, a Failure when the database refuses.
 */
export function saveMemory(context: MemoryContext, memory: NewMemory): Saved {
  const { store, settings, identity } = context;
  requireOwnMode(settings, "save");
  const now = context.clock();
  if (memory.expiresAt !== undefined && memory.expiresAt <= now) {
    throw new UsageError("Cannot save: it would already have expired. Give a later time.");
  }
  const wrong = memory.supersedes.find((id) => !isId(id));
  if (wrong !== undefined) {
    throw new UsageError(`Cannot save: "${wrong}" in supersedes is not an id of 32 hexadecimal digits.`);
  }
  if (!memory.allowSecret) refuseSecrets(memory);
  const { revises, source, ...said } = memory;
  const recordScope = revises?.scope ?? source?.scope ?? scopeFor(memory.visibility, settings);
  const { id, nonce } = source === undefined ? newRecordId(context, recordScope) : idFrom(context, source);
  const fields = { ...said, id, scope: recordScope, author: identity, createdAt: now };
  const unsigned = { ...fields, purgedAt: undefined, payload: formatObservation(fields) };
  const { record: observation, verdict } = signObservation(context, unsigned, nonce, now);
  const candidates = store.write(() => {
    mergeObservation(store, observation, now, undefined, verdict);
    const scope = scopeLabel(observation.scope);
    if (revises !== undefined && isAtHome(store, revises.id, scope)) {
      keepRecordAtHome(store, observation.id, scope);
    } else if (isShared(settings)) enqueue(store, "observation", observation.id, scope, now);
    return supersedeCandidates(store, observation, now);
  });
  return { observation, warnings: lint(memory.content, memory.subject, memory.memoryType), candidates };
}

/**
 * The id of the memory that is made of the source here, and what proves who made it, where this host signs: the same on
 * all hosts that do not sign, and the same every time on one that does.
 */
export function idFrom(
  { signer }: Pick<MemoryContext, "signer">,
  { scope, name }: Source,
): { readonly id: string; readonly nonce: string | undefined } {
  const random = derivedFrom(`kioku-mesh memory of 1\n${scopeLabel(scope)}\n${name}`);
  return newRecordId({ signer, random }, scope);
}
