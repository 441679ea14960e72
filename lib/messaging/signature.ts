import type { Micros } from "../core/clock.ts";
import { isObject } from "../core/json.ts";
import { scopeLabel } from "../core/scope.ts";
import type { Store } from "../store/store.ts";
import { grants } from "../trust/certificates.ts";
import { notGranted, otherHost, REVOKED } from "../trust/reasons.ts";
import { readSignature, type Signer, signPayload } from "../trust/signature.ts";
import { verifyPayload } from "../trust/verify.ts";
import type { MessagingContext } from "./context.ts";
import { messageKey } from "./keys.ts";
import type { Message, MessageFacts } from "./message.ts";
import type { StoredMessage } from "./records.ts";

/** What a message's signature came to (docs/signatures.md); `forged`: somebody is proven to write in another's name. */
export interface Signed {
  readonly state: "unsigned" | "verified" | "unknown" | "failed" | "forged";
  /** The host that signed it, when that is proven. */
  readonly host: string | undefined;
  /** Why it is not verified. */
  readonly reason: string | undefined;
}

/** Signs a new message's payload, where this host signs and its certificate is for the scope. */
export function signMessage(
  signer: Signer | undefined,
  { scope, target, id }: MessageFacts,
  payload: string,
): string {
  if (signer === undefined || !grants(signer, scopeLabel(scope))) return payload;
  return signPayload(signer, messageKey(scope, target, id), payload);
}

/** A payload as it was before it was signed. */
export function unsigned(payload: string): string {
  const read = readSignature(payload);
  return read.is === "signature" ? read.payload : payload;
}

/** Checks a message's signature; `receivedAt` is when this host first saw it. Stubs have none: every host makes them. */
export function checkSignature(store: Store, message: Message, receivedAt: Micros): Signed {
  const { scope, target, id, payload } = message;
  const checked = verifyPayload(store, messageKey(scope, target, id), payload);
  if (checked.is === "unsigned") return { state: "unsigned", host: undefined, reason: undefined };
  if (checked.is !== "signed") return { state: checked.is, host: undefined, reason: checked.reason };
  const { by } = checked;
  const label = scopeLabel(scope);
  if (!grants(by, label)) return { state: "forged", host: by.host, reason: notGranted(by.host, label) };
  const said = hostSaid(payload);
  if (said !== by.host) return { state: "forged", host: by.host, reason: otherHost(by.host, said) };
  if (by.revokedAt !== undefined && receivedAt > by.revokedAt) {
    return { state: "failed", host: by.host, reason: REVOKED };
  }
  return { state: "verified", host: by.host, reason: undefined };
}

/**
 * What a message's signature came to, in a few words; undefined for this host's own, for what has expired, and for what is
 * unsigned where signatures are not looked at.
 */
export function signatureText(
  { store, settings }: Pick<MessagingContext, "store" | "settings">,
  { message, receivedAt, own }: StoredMessage,
): string | undefined {
  if (own || message.purgedAt !== undefined) return undefined;
  const { state, host } = checkSignature(store, message, receivedAt);
  if (state === "unsigned" && settings.signatures === "accept") return undefined;
  return host === undefined ? state : `${state}, host ${host}`;
}

// The host that the message says it was sent from; a message that was parsed is a JSON object.
function hostSaid(payload: string): string {
  const members: unknown = JSON.parse(payload);
  const sender = isObject(members) ? members.sender : undefined;
  const said = isObject(sender) ? sender.pc_id : undefined;
  return typeof said === "string" ? said : "";
}
