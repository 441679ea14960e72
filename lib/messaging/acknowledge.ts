import { Failure, UsageError } from "../core/errors.ts";
import { isId } from "../core/ids.ts";
import { type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { isShared, requireOwnMode } from "../core/shared.ts";
import { enqueue } from "../store/outbox.ts";
import { ackId, formatAck } from "./ack.ts";
import { ackPayload, mergeAck } from "./acks.ts";
import type { MessagingContext } from "./context.ts";
import { currentSession, isFor } from "./mail.ts";
import { isExpired } from "./message.ts";
import { findMessages, type StoredMessage } from "./records.ts";

/** A message that the session has acknowledged. */
export interface Acknowledged {
  readonly stored: StoredMessage;
  readonly scope: ScopeLabel;
  /** It had acknowledged it before. */
  readonly again: boolean;
}

/**
 * Acknowledges a message for this session: record and, where a mesh is configured, the outbox row in one transaction. Throws
 * a UsageError for what is no id, a Failure for a message that is not here, not for this session or has expired.
 */
export function acknowledge(
  context: MessagingContext,
  id: string,
  scopes: readonly ScopeLabel[] = context.settings.readable,
): Acknowledged {
  const { store, identity, settings, clock } = context;
  requireOwnMode(settings, "acknowledge");
  if (!isId(id)) {
    throw new UsageError(`Cannot acknowledge "${id}": it is not an id of 32 hexadecimal digits.`);
  }
  currentSession(context);
  return store.write(() => {
    const now = clock();
    const [stored] = findMessages(store, scopes, id).filter(({ message }) => isFor(message.target, identity));
    if (stored === undefined) {
      throw new Failure(`Cannot acknowledge ${id}: no such message is here for this session.`);
    }
    const { message } = stored;
    if (message.purgedAt !== undefined || isExpired(message, now)) {
      throw new Failure(`Cannot acknowledge ${id}: it has expired.`);
    }
    const scope = scopeLabel(message.scope);
    const { sessionId, clientId } = identity;
    if (ackPayload(store, id, sessionId, scope) !== undefined) return { stored, scope, again: true };
    const payload = formatAck(id, sessionId, clientId, now);
    mergeAck(store, { message: id, session: sessionId, agent: clientId, ackedAt: now, payload }, scope, now);
    if (isShared(settings)) enqueue(store, "ack", ackId(scope, id, sessionId), scope, now);
    return { stored, scope, again: false };
  });
}
