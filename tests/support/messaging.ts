import { testClock } from "./clock.ts";
import { type ContextParts, type TestContext, testContext } from "./context.ts";
import { DAY } from "../../lib/core/clock.ts";
import { MESH, type Scope } from "../../lib/core/scope.ts";
import { messageKey, type Target } from "../../lib/messaging/keys.ts";
import { findMail, type FoundMail, noteShown } from "../../lib/messaging/mail.ts";
import {
  type Draft,
  formatMessage,
  isMalformed,
  type Message,
  parseMessage,
} from "../../lib/messaging/message.ts";
import type { MessagingContext } from "../../lib/messaging/context.ts";
import { MESSAGES } from "../../lib/messaging/exchange.ts";
import { type NewMessage, sendMessage } from "../../lib/messaging/send.ts";
import { beginSession } from "../../lib/messaging/sessions.ts";
import type { Ingested, Ingestion } from "../../lib/store/exchange.ts";

/** Several sessions on one database, each a context of its own: `using host = testHost()`. */
export interface TestHost extends Disposable {
  readonly main: TestContext;
  /** A session of an agent, noted down as an MCP server does at its start. */
  session(session: string, agent?: string): TestContext;
}

/** A host without any session yet. */
export function testHost(parts: ContextParts = {}): TestHost {
  const main = testContext({ clock: testClock(), ...parts });
  let seed = 1000 * (parts.seed ?? 1);
  return {
    main,
    session(session, agent = session) {
      const identity = { clientId: agent, sessionId: session };
      const made = testContext({ ...parts, store: main.store, clock: main.clock, seed: ++seed, identity });
      beginSession(made, "project");
      return made;
    },
    [Symbol.dispose]: () => main[Symbol.dispose](),
  };
}

/** Sends a message; of what is not given the usual. */
export function send(
  context: MessagingContext,
  to: string,
  body: string,
  more: Partial<NewMessage> = {},
): Message {
  return sendMessage(context, {
    to,
    body,
    subject: "",
    contentType: undefined,
    replyTo: undefined,
    correlation: undefined,
    ttl: undefined,
    requiresAck: false,
    visibility: undefined,
    id: undefined,
    ...more,
  }).message;
}

/** Finds mail as check_messages does, without any mark. */
export function look(context: MessagingContext, limit = 1_000): FoundMail {
  return findMail(context, {
    limit,
    scopes: context.settings.readable,
    since: undefined,
    includeAcked: false,
    includeExpired: false,
  });
}

/** The bodies of what is new to the session, which is not new to it any more. */
export function take(context: MessagingContext, limit = 1_000): string[] {
  const { mail } = look(context, limit);
  noteShown(context, mail, false);
  return mail.filter(({ state }) => state === "new").map(({ stored }) => stored.message.body);
}

/** A message as another host sent it. */
export function messageOf(given: Partial<Draft> & { readonly id: string }): Message {
  const createdAt = given.createdAt ?? testClock()();
  const draft: Draft = {
    scope: MESH,
    target: { kind: "all" },
    sender: { agent: "bob@box", session: "session-bob", family: "codex" },
    sequence: undefined,
    createdAt,
    expiresAt: createdAt + 30 * DAY,
    subject: "",
    body: "hello",
    contentType: "text/plain",
    requiresAck: false,
    replyTo: undefined,
    correlation: undefined,
    pcId: "f".repeat(32),
    ...given,
  };
  return readMessage(formatMessage(draft), draft);
}

/** Reads a payload that is a message. */
export function readMessage(
  payload: string,
  key: { readonly id: string; readonly scope: Scope; readonly target: Target },
): Message {
  const read = parseMessage(payload, { id: key.id, scope: key.scope, target: key.target });
  if (isMalformed(read)) throw new TypeError(`The message is malformed: ${read.reason}`);
  return read;
}

/** Lets a message arrive from the mesh. */
export function arrive(
  context: MessagingContext,
  message: Pick<Message, "id" | "scope" | "target" | "payload">,
  how: Partial<Ingestion> = {},
): Ingested {
  const arrival = { key: messageKey(message.scope, message.target, message.id), payload: message.payload };
  return context.store.write(() =>
    MESSAGES.ingest(context.store, arrival, { now: context.clock(), republish: false, ...how })
  );
}
