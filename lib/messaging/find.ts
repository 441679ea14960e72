import { Failure, UsageError } from "../core/errors.ts";
import { isIdPrefix } from "../core/ids.ts";
import { text } from "../store/row.ts";
import type { MessagingContext } from "./context.ts";
import { isFor } from "./mail.ts";
import type { Message } from "./message.ts";
import { findMessages, readStored, STORED_COLUMNS, type StoredMessage } from "./records.ts";

/** How many messages of a conversation are shown at the most. */
const MOST = 1_000;

/** The complete id of a message in a scope of this user's, given by its first 8 or more digits. */
export function messageId({ store, settings: { readable } }: MessagingContext, given: string): string {
  const prefix = given.trim().toLowerCase();
  if (!isIdPrefix(prefix)) {
    throw new UsageError(`Cannot find a message by "${given}": give 8 to 32 digits of its id.`);
  }
  const sql = `SELECT DISTINCT id FROM message WHERE scope IN (${readable.map(() => "?").join(", ")})
    AND id >= ? AND id < ? LIMIT 2`;
  // No digit comes after "f", so "g" is above every id that begins so.
  const ids = store.all(sql, [...readable, prefix, `${prefix}g`], (row) => text(row, "id"));
  const [id] = ids;
  if (id === undefined) throw new Failure(`Cannot find message ${prefix}: none that is here begins so.`);
  if (ids.length > 1) {
    throw new Failure(`Cannot tell which message ${prefix} is: several begin so. Give more digits.`);
  }
  return id;
}

/** A message that the session sent or that is for it, by its complete id. Throws a Failure without one. */
export function findOwn(context: MessagingContext, id: string): StoredMessage {
  const found = findMessages(context.store, context.settings.readable, id)
    .find(({ message }) => concerns(context, message));
  if (found !== undefined) return found;
  throw new Failure(`Cannot show message ${id}: it is neither from you nor for you.`);
}

/** The conversation that a message belongs to, oldest first: what was sent by the session's agent or is for the session. */
export function conversation(context: MessagingContext, { message }: StoredMessage): StoredMessage[] {
  const { store, settings: { readable } } = context;
  const sql = `SELECT ${STORED_COLUMNS} FROM message m WHERE m.thread = ?
    AND m.scope IN (${readable.map(() => "?").join(", ")}) AND m.state = 0
    ORDER BY m.created_at, coalesce(m.sender_seq, 0), m.id LIMIT ${MOST}`;
  const all = store.all(sql, [message.correlation ?? message.id, ...readable], readStored);
  return all.filter((stored) => concerns(context, stored.message));
}

// From the agent, or for the session.
function concerns({ identity }: MessagingContext, { sender, target }: Message): boolean {
  return sender.agent === identity.clientId || isFor(target, identity);
}
