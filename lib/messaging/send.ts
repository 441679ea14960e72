import { byteLength } from "../core/bytes.ts";
import { DAY, type Micros } from "../core/clock.ts";
import { Failure, UsageError } from "../core/errors.ts";
import { isId, newId } from "../core/ids.ts";
import { scopeLabel, type Tier } from "../core/scope.ts";
import { isShared, requireOwnMode } from "../core/shared.ts";
import { enqueue } from "../store/outbox.ts";
import { type Address, parseAddress } from "./address.ts";
import type { MessagingContext } from "./context.ts";
import { targetText } from "./keys.ts";
import { LONGEST_BODY, LONGEST_ENVELOPE, LONGEST_NAME, LONGEST_SUBJECT } from "./limits.ts";
import { type Draft, formatMessage, isExpired, isMalformed, type Message, parseMessage } from "./message.ts";
import { findMessages, mergeMessage, type StoredMessage } from "./records.ts";
import { nextPlace } from "./sequence.ts";
import { signMessage, unsigned } from "./signature.ts";

/** How long a message can be delivered when it does not say. */
const DEFAULT_TTL: Micros = 30 * DAY;

/** The longest that a message can be delivered: ten years. */
export const LONGEST_TTL: Micros = 3_650 * DAY;

/** A message to be sent. */
export interface NewMessage {
  /** `agent:ID`, `session:ID`, `user:ID`, `team:ID` or `mesh`; undefined: to whom sent what it answers. */
  readonly to: string | undefined;
  readonly subject: string;
  readonly body: string;
  readonly contentType: string | undefined;
  /** The complete id of a message that is here. */
  readonly replyTo: string | undefined;
  readonly correlation: string | undefined;
  /** How long it can be delivered. */
  readonly ttl: Micros | undefined;
  readonly requiresAck: boolean;
  /** In which scope a message to an agent or session travels; undefined: as the settings say. */
  readonly visibility: Tier | undefined;
  /** Sending again with the id of an earlier try sends nothing twice. */
  readonly id: string | undefined;
}

/** A message that is on the disk. */
export interface Sent {
  readonly message: Message;
  /** It had been sent before. */
  readonly again: boolean;
}

/**
 * Sends a message: record and, where a mesh is configured, the outbox row in one transaction that is on the disk when this
 * returns (DESIGN §1). The same message under the same id is not sent twice. Throws a UsageError for what cannot be sent and
 * a Failure when the id belongs to another message.
 */
export function sendMessage(context: MessagingContext, message: NewMessage): Sent {
  const { store, settings, clock } = context;
  requireOwnMode(settings, "send");
  check(message);
  return store.write(() => {
    const answered = message.replyTo === undefined ? undefined : findAnswered(context, message.replyTo);
    const address = addressOf(context, message, answered);
    const now = clock();
    const before = message.id === undefined
      ? undefined
      : findMessages(store, settings.readable, message.id)[0];
    if (before !== undefined) {
      return { message: sentBefore(context, message, address, answered, before), again: true };
    }
    const scope = scopeLabel(address.scope);
    const place = nextPlace(store, context.identity.sessionId, scope, targetText(address.target), now);
    const id = message.id ?? newId(context.random);
    const written = write(context, message, address, answered, { id, ...place });
    if (mergeMessage(store, written, now, true) !== "added") {
      throw new Failure(`Cannot send: the id ${id} was used before. Leave it out to get a new one.`);
    }
    if (isShared(settings)) enqueue(store, "message", id, scope, now);
    return { message: written, again: false };
  });
}

function check({ subject, body, contentType = "", correlation = "", replyTo, ttl, id }: NewMessage): void {
  if (body.trim() === "") throw new UsageError("Cannot send: the message is empty.");
  const sizes = [
    ["body", body, LONGEST_BODY],
    ["subject", subject, LONGEST_SUBJECT],
    ["content type", contentType, LONGEST_NAME],
    ["correlation id", correlation, LONGEST_NAME],
  ] as const;
  for (const [name, text, most] of sizes) {
    const size = byteLength(text);
    if (size > most) {
      throw new UsageError(
        `Cannot send: the ${name} has ${size} bytes, and ${most} is the most. Save the whole as a memory and send its id.`,
      );
    }
  }
  for (const [name, given] of [["reply-to", replyTo], ["id", id]] as const) {
    if (given !== undefined && !isId(given)) {
      throw new UsageError(`Cannot send: ${name} "${given}" is not an id of 32 hexadecimal digits.`);
    }
  }
  if (ttl !== undefined && ttl <= 0) throw new UsageError("Cannot send: it would already have expired.");
  if (ttl !== undefined && ttl > LONGEST_TTL) {
    throw new UsageError("Cannot send: it would be kept for more than ten years. Give it less time.");
  }
}

function findAnswered({ store, settings }: MessagingContext, id: string): StoredMessage {
  const [found] = findMessages(store, settings.readable, id);
  if (found !== undefined) return found;
  throw new Failure(`Cannot reply to ${id}: no such message is here.`);
}

// An answer goes back to the session that asked, in the scope in which it asked, unless told otherwise.
function addressOf(
  { settings }: MessagingContext,
  message: NewMessage,
  answered: StoredMessage | undefined,
): Address {
  if (message.to !== undefined) return parseAddress(message.to, message.visibility, settings);
  if (answered === undefined) {
    throw new UsageError("Cannot send: it is not said to whom, nor which message it answers.");
  }
  const { scope, sender } = answered.message;
  const to = sender.session === "" ? `agent:${sender.agent}` : `session:${sender.session}`;
  return { scope, target: parseAddress(to, message.visibility ?? scope.tier, settings).target };
}

function write(
  { identity, signer }: MessagingContext,
  message: NewMessage,
  { scope, target }: Address,
  answered: StoredMessage | undefined,
  place: { readonly id: string; readonly sequence: number | undefined; readonly createdAt: Micros },
): Message {
  const draft: Draft = {
    ...place,
    scope,
    target,
    sender: { agent: identity.clientId, session: identity.sessionId, family: identity.agentFamily },
    expiresAt: place.createdAt + (message.ttl ?? DEFAULT_TTL),
    subject: message.subject,
    body: message.body,
    contentType: message.contentType ?? "text/plain",
    requiresAck: message.requiresAck,
    replyTo: message.replyTo,
    correlation: message.correlation ?? threadOf(answered),
    pcId: identity.pcId,
  };
  const payload = signMessage(signer, draft, formatMessage(draft));
  const read = parseMessage(payload, { id: place.id, scope, target });
  if (!isMalformed(read)) return read;
  const size = byteLength(payload);
  throw new UsageError(
    size > LONGEST_ENVELOPE
      ? `Cannot send: written out, the message has ${size} bytes, and ${LONGEST_ENVELOPE} is the most. Shorten it.`
      : `Cannot send: ${read.reason}.`,
  );
}

// A conversation is called after its first message.
function threadOf(answered: StoredMessage | undefined): string | undefined {
  return answered === undefined ? undefined : answered.message.correlation ?? answered.message.id;
}

function sentBefore(
  context: MessagingContext,
  message: NewMessage,
  address: Address,
  answered: StoredMessage | undefined,
  before: StoredMessage,
): Message {
  const { message: sent } = before;
  if (sent.purgedAt !== undefined || isExpired(sent, context.clock())) {
    throw new Failure(`Cannot send: the id ${sent.id} belongs to a message that has expired.`);
  }
  const { id, sequence, createdAt } = sent;
  const same = write(context, message, address, answered, { id, sequence, createdAt });
  if (unsigned(same.payload) === unsigned(sent.payload)) return sent;
  throw new Failure(`Cannot send: the id ${id} belongs to another message. Leave it out to get a new one.`);
}
