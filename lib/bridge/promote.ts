import { Failure, UsageError } from "../core/errors.ts";
import { type Scope, scopeLabel } from "../core/scope.ts";
import type { MemoryContext } from "../memory/context.ts";
import { deriveSubject, deriveSummary } from "../memory/derive.ts";
import type { MemoryType, Observation } from "../memory/observation.ts";
import { findRecord, findReferring, isTombstoned } from "../memory/records.ts";
import { idFrom, saveMemory } from "../memory/save.ts";
import { findOwn } from "../messaging/find.ts";
import { isExpired, type Message } from "../messaging/message.ts";

/** What a message does not say, or not well, about the memory that it becomes. */
export interface Promotion {
  /** Undefined: the message's subject, else its first line. */
  readonly subject: string | undefined;
  readonly project: string;
  readonly memoryType: MemoryType;
  /** Save even what looks like a secret. */
  readonly allowSecret: boolean;
}

/** The memory that a message became. */
export interface Promoted {
  readonly observation: Observation;
  /** It is from an earlier time, or from another host: nothing was saved. */
  readonly again: boolean;
}

/** The tag of all memories that were messages (compat data §5). */
const TAG = "messaging-promoted";

/**
 * Makes a memory of a message that is for this session or from its agent: its body as it stands, in its scope, with where it
 * is from in tags and references (compat data §5). One that became a memory already, here or elsewhere, gives that one.
 * `id` is complete. Throws a Failure when there is no such message, when it has expired, or when its memory was deleted;
 * a UsageError for what cannot be saved.
 */
export function promoteMessage(context: MemoryContext, id: string, promotion: Promotion): Promoted {
  const { store } = context;
  return store.write(() => {
    const { message } = findOwn(context, id);
    if (message.purgedAt !== undefined || isExpired(message, context.clock())) {
      throw new Failure(`Cannot promote message ${id}: it has expired.`);
    }
    if (message.body.trim() === "") {
      throw new UsageError(
        `Cannot promote message ${id}: it says nothing. Save a memory in words of your own.`,
      );
    }
    const { scope } = message;
    const source = { scope, name: `message ${id}` };
    const known = findPromoted(context, message);
    if (known !== undefined) return { observation: known, again: true };
    requireFree(context, id, idFrom(context, source).id, scope);
    const { observation } = saveMemory(context, {
      content: message.body,
      subject: promotion.subject ?? (deriveSubject(message.subject) || deriveSubject(message.body)),
      summary: deriveSummary(message.body),
      project: promotion.project,
      tags: [TAG, `sender:${message.sender.agent}`, `scope:${scopeLabel(scope)}`],
      memoryType: promotion.memoryType,
      importance: 2,
      sourceFiles: [],
      references: referencesOf(message),
      supersedes: [],
      visibility: scope.tier,
      expiresAt: undefined,
      allowSecret: promotion.allowSecret,
      source,
    });
    return { observation, again: false };
  });
}

// Anybody may write a memory that names the message; only one that says the same is what it became.
function findPromoted({ store }: MemoryContext, { id, scope, body }: Message): Observation | undefined {
  return findReferring(store, scope, reference(id)).map(({ observation }) => observation)
    .find(({ tags, content }) => tags.includes(TAG) && content === body);
}

function requireFree({ store }: MemoryContext, message: string, id: string, scope: Scope): void {
  const taken = findRecord(store, id, scope);
  if (isTombstoned(store, id, scope) || taken?.state === "purged") {
    throw new Failure(
      `Cannot promote message ${message}: its memory ${id} was deleted. Save a new one if it is needed again.`,
    );
  }
  if (taken !== undefined) {
    throw new Failure(
      `Cannot promote message ${message}: another memory has its id ${id}. \`kioku-mesh get ${id}\` shows it.`,
    );
  }
}

function referencesOf({ id, correlation }: Message): string[] {
  return [reference(id), ...(correlation === undefined ? [] : [`correlation_id:${correlation}`])];
}

function reference(id: string): string {
  return `msg_id:${id}`;
}
