import { Failure, UsageError } from "../core/errors.ts";
import type { MemoryContext } from "./context.ts";
import { deriveSubject, deriveSummary } from "./derive.ts";
import { type Editable, editable } from "./editable.ts";
import { findMemory } from "./find.ts";
import type { Observation } from "./observation.ts";
import { type Saved, saveMemory } from "./save.ts";

/** A changed memory that is on the disk, and the one that it replaces. */
export interface Revised extends Saved {
  readonly old: Observation;
}

/**
 * The memory of a readable scope that is to be changed. Throws a UsageError or a Failure when there is none, or when it
 * is not live any more: changing it would bring back what something newer has replaced.
 */
export function revisable(context: MemoryContext, idOrPrefix: string): Observation {
  const { stored, state, supersededBy } = findMemory(context, idOrPrefix);
  const { id } = stored.observation;
  if (state === "live") return stored.observation;
  const way = state === "superseded"
    ? `Change the one that replaced it: ${supersededBy.join(", ")}.`
    : "Save a new memory.";
  throw new Failure(`Cannot change ${id}: it is ${state}. ${way}`);
}

/**
 * Saves a new form of a memory, which supersedes it: records never change. What `changed` does not name stays as it is;
 * subject and summary that had been taken from the content are taken from the new one. Undefined when nothing is
 * different. Throws as saveMemory does.
 */
export function reviseMemory(
  context: MemoryContext,
  old: Observation,
  changed: Partial<Editable>,
  allowSecret: boolean,
): Revised | undefined {
  const next = complete(old, changed);
  if (next.content.trim() === "") {
    throw new UsageError("Cannot save: the content is empty. Give some text, or delete the memory.");
  }
  if (isSame(next, old)) return undefined;
  // It may have been replaced while its text was open in an editor.
  revisable(context, old.id);
  return save(context, old, next, [], allowSecret);
}

/**
 * Saves a copy of `winner` that supersedes both it and `loser`, since `winner` itself cannot be changed any more.
 * Undefined when `winner` says so already. Throws a UsageError for memories of different scopes, which cannot replace
 * each other.
 */
export function replaceMemory(
  context: MemoryContext,
  loser: Observation,
  winner: Observation,
  allowSecret: boolean,
): Revised | undefined {
  if (winner.id === loser.id) throw new UsageError(`Cannot replace ${loser.id} with itself.`);
  if (winner.scope.tier !== loser.scope.tier || winner.scope.id !== loser.scope.id) {
    throw new UsageError(
      `Cannot replace ${loser.id} with ${winner.id}: they are of different scopes. Save a new memory in the scope of the first.`,
    );
  }
  if (winner.supersedes.includes(loser.id)) return undefined;
  return save(context, winner, winner, [...loser.supersedes, loser.id], allowSecret);
}

function complete(old: Observation, changed: Partial<Editable>): Editable {
  const content = changed.content ?? old.content;
  const derived = (value: string, derive: (content: string) => string) =>
    value === derive(old.content) ? derive(content) : value;
  return {
    ...editable(old),
    subject: derived(old.subject, deriveSubject),
    summary: derived(old.summary, deriveSummary),
    ...changed,
    content,
  };
}

function isSame(next: Editable, old: Observation): boolean {
  return JSON.stringify(editable(old)) === JSON.stringify({ ...editable(old), ...next });
}

// What the old one superseded is superseded by the new one too: the old one may expire, or be deleted.
function save(
  context: MemoryContext,
  old: Observation,
  next: Editable,
  alsoReplaced: readonly string[],
  allowSecret: boolean,
): Revised {
  const supersedes = [...new Set([...old.supersedes, ...alsoReplaced, old.id])];
  const saved = saveMemory(context, {
    ...next,
    supersedes,
    visibility: undefined,
    revises: old,
    allowSecret,
  });
  return { ...saved, old };
}
