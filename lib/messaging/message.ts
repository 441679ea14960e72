import { byteLength } from "../core/bytes.ts";
import { type Micros, SECOND } from "../core/clock.ts";
import { isId } from "../core/ids.ts";
import { isObject, type JsonObject, parseObject, pythonJson, rawMembers } from "../core/json.ts";
import { keyChunk } from "../core/keyspace.ts";
import { type Scope, scopeLabel } from "../core/scope.ts";
import { formatTime, parseTime } from "../core/time.ts";
import { hashOf } from "../store/exchange.ts";
import { ALL, type Target } from "./keys.ts";
import { LONGEST_BODY, LONGEST_ENVELOPE, LONGEST_NAME } from "./limits.ts";

/** A message, read from its payload. Every field has a value, whatever the payload lacks. */
export interface Message {
  readonly id: string;
  readonly scope: Scope;
  readonly target: Target;
  readonly sender: Sender;
  /** Counts up for each sender and target; undefined when the sender does not count. */
  readonly sequence: number | undefined;
  readonly createdAt: Micros;
  /** From then on it is not delivered any more; undefined: never. */
  readonly expiresAt: Micros | undefined;
  readonly subject: string;
  /** The text, or the JSON text of a body that is an object. */
  readonly body: string;
  readonly contentType: string;
  readonly requiresAck: boolean;
  readonly adapters: readonly string[];
  /** The message that this one answers. */
  readonly replyTo: string | undefined;
  /** What the messages of one conversation have in common. */
  readonly correlation: string | undefined;
  /** When its content was taken out of every store; such a record is a stub (DESIGN §5). */
  readonly purgedAt: Micros | undefined;
  /** 64 bits of the SHA-256 of the payload that was sent; a stub names that of what it stands for. */
  readonly hash: string;
  /** The JSON text as it was received. */
  readonly payload: string;
}

/** Who sent a message, as the message says. */
export interface Sender {
  /** The client id. */
  readonly agent: string;
  /** Empty when the message does not say. */
  readonly session: string;
  readonly family: string;
}

/** What of a message its key says. */
export interface MessageFacts {
  readonly id: string;
  readonly scope: Scope;
  readonly target: Target;
}

/** Why a payload is not a message, in words for a person that repeat nothing of what the payload says. */
export interface Malformed {
  readonly reason: string;
}

/** Whether reading a payload failed. */
export function isMalformed(read: object): read is Malformed {
  return "reason" in read && !("payload" in read);
}

/** A message to be written. */
export type Draft = Omit<Message, "payload" | "hash" | "purgedAt" | "adapters"> & {
  /** The host that it is sent from. */
  readonly pcId: string;
};

/**
 * Reads a message's payload (compat data §2.3). What the key says wins where the payload says nothing; where it says
 * something else, the message is malformed, and so is one over the limits. Never throws.
 */
export function parseMessage(payload: string, key: MessageFacts): Message | Malformed {
  const bytes = byteLength(payload);
  if (bytes > LONGEST_ENVELOPE) return { reason: `it has ${bytes} bytes, more than ${LONGEST_ENVELOPE}` };
  const members = parseObject(payload);
  if (typeof members === "string") return { reason: members };
  const wrong = disagreement(members, key);
  if (wrong !== undefined) return { reason: wrong };
  const agent = textOf(members.sender_id);
  if (agent === "") return { reason: "it has no sender_id" };
  const sender: JsonObject = isObject(members.sender) ? members.sender : {};
  const names = { sender_id: agent, session_id: sender.session_id, correlation_id: members.correlation_id };
  for (const [name, value] of Object.entries(names)) {
    const length = byteLength(textOf(value));
    if (length > LONGEST_NAME) {
      return { reason: `its ${name} has ${length} bytes, more than ${LONGEST_NAME}` };
    }
  }
  const body = bodyOf(members, payload);
  const size = byteLength(body);
  if (size > LONGEST_BODY) return { reason: `its body has ${size} bytes, more than ${LONGEST_BODY}` };
  const createdAt = timeOf(members.created_at);
  if (createdAt === "wrong") return { reason: "its created_at is no time" };
  const expiresAt = expiryOf(members, createdAt);
  if (expiresAt === "wrong") return { reason: "its expires_at or ttl_sec is no time" };
  const purgedAt = typeof members.purged_at === "string" ? parseTime(members.purged_at) : undefined;
  const original = textOf(members.original);
  return {
    ...key,
    sender: { agent, session: textOf(sender.session_id), family: textOf(sender.agent_family) },
    sequence: wholeNumber(members.sender_seq),
    createdAt: createdAt ?? 0,
    expiresAt,
    subject: textOf(members.subject),
    body,
    contentType: textOf(members.content_type) || "text/plain",
    requiresAck: members.requires_ack === true,
    adapters: listOf(members.delivery_adapters),
    replyTo: isId(textOf(members.reply_to)) ? textOf(members.reply_to) : undefined,
    correlation: textOf(members.correlation_id) || undefined,
    purgedAt,
    hash: purgedAt !== undefined && HASH.test(original) ? original : hashOf(payload),
    payload,
  };
}

/** Writes the payload of a new message as Python's version would, and after that what only ours knows (compat data §2.3). */
export function formatMessage(draft: Draft): string {
  return pythonJson({
    ...envelope(draft),
    sender: {
      agent_id: draft.sender.agent,
      session_id: draft.sender.session,
      agent_family: draft.sender.family,
      pc_id: draft.pcId,
    },
    recipient: recipientOf(draft.target),
    body: draft.body,
    content_type: draft.contentType,
    requires_ack: draft.requiresAck,
    delivery_adapters: [],
    correlation_id: draft.correlation ?? null,
    subject: draft.subject,
    reply_to: draft.replyTo,
  });
}

/**
 * What is left of a message when it has expired: who, to whom and when, no content. It follows from the message alone, so
 * that every host makes the same one.
 */
export function stubOf(message: Message): Message {
  const purgedAt = message.expiresAt ?? message.createdAt;
  const payload = pythonJson({
    purged_at: formatTime(purgedAt),
    original: message.hash,
    ...envelope(message),
    sender: { agent_id: message.sender.agent, session_id: message.sender.session },
    recipient: recipientOf(message.target),
    body: "",
    content_type: "text/plain",
    requires_ack: false,
    delivery_adapters: [],
    correlation_id: null,
  });
  return {
    ...message,
    sender: { ...message.sender, family: "" },
    expiresAt: purgedAt,
    subject: "",
    body: "",
    contentType: "text/plain",
    requiresAck: false,
    adapters: [],
    replyTo: undefined,
    correlation: undefined,
    purgedAt,
    payload,
  };
}

/** Whether a message is not to be delivered any more. */
export function isExpired({ expiresAt }: Pick<Message, "expiresAt">, now: Micros): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

const HASH = /^[0-9a-f]{16}$/;

// The members up to `kind`, in Python's order.
function envelope(message: Omit<Draft, "pcId">): Record<string, unknown> {
  return {
    msg_id: message.id,
    sender_id: message.sender.agent,
    scope: scopeLabel(message.scope),
    payload: {},
    created_at: formatTime(message.createdAt),
    expires_at: message.expiresAt === undefined ? null : formatTime(message.expiresAt),
    ttl_sec: null,
    sender_seq: message.sequence ?? null,
    schema_version: "1.0",
    kind: message.target.kind === "all" ? "broadcast" : "direct",
  };
}

function recipientOf(target: Target): Record<string, string> {
  if (target.kind === "all") return {};
  return target.kind === "agent"
    ? { kind: "agent", agent_id: target.id }
    : { kind: "session", session_id: target.id };
}

// Where the payload says something else than its key.
function disagreement(members: JsonObject, key: MessageFacts): string | undefined {
  const id = textOf(members.msg_id);
  if (id !== "" && id !== key.id) return "its msg_id is not its key's";
  const scope = textOf(members.scope);
  if (scope !== "" && scope !== scopeLabel(key.scope)) return "its scope is not its key's";
  const target = targetOf(members.recipient);
  if (target === undefined) return undefined;
  const same = target.kind === key.target.kind &&
    (target.kind === "all" || key.target.kind === "all" || keyChunk(target.id) === keyChunk(key.target.id));
  return same ? undefined : "its recipient is not its key's";
}

function targetOf(recipient: unknown): Target | undefined {
  if (!isObject(recipient)) return undefined;
  const { kind } = recipient;
  if (kind === "agent") {
    const id = textOf(recipient.agent_id) || textOf(recipient.id);
    return id === "" ? undefined : { kind, id };
  }
  if (kind === "session") {
    const id = textOf(recipient.session_id) || textOf(recipient.id);
    return id === "" ? undefined : { kind, id };
  }
  return kind === "all" ? ALL : undefined;
}

// The body, or what is in its place; of an object its text as it stands in the payload.
function bodyOf(members: JsonObject, payload: string): string {
  for (const name of ["body", "payload"] as const) {
    const value = members[name];
    if (typeof value === "string" && value !== "") return value;
    const filled = Array.isArray(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0;
    if (filled) return rawMembers(payload).findLast((member) => member.name === name)?.value ?? "";
    if (typeof value === "number" || value === true) return String(value);
  }
  return "";
}

function timeOf(value: unknown): Micros | undefined | "wrong" {
  if (value === null || value === undefined || value === "") return undefined;
  return typeof value === "string" ? parseTime(value) ?? "wrong" : "wrong";
}

function expiryOf(members: JsonObject, createdAt: Micros | undefined): Micros | undefined | "wrong" {
  const expiresAt = timeOf(members.expires_at);
  if (expiresAt !== undefined) return expiresAt;
  const ttl = members.ttl_sec;
  if (ttl === null || ttl === undefined) return undefined;
  if (typeof ttl !== "number" || !Number.isFinite(ttl)) return "wrong";
  if (createdAt === undefined) return undefined;
  return Math.min(Number.MAX_SAFE_INTEGER, Math.round(createdAt + ttl * SECOND));
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
