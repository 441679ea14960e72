import type { MessagingContext } from "./context.ts";
import { isExpired } from "./message.ts";
import type { Recipient } from "./recipients.ts";
import type { StoredMessage } from "./records.ts";

/**
 * What became of a message: `acknowledged`: by everybody who is there and meant, or by one session of the agent that it was
 * sent to. `expired`. `nobody`: no session that it is for is there now; it is delivered when one comes. `waiting`: somebody
 * is there who has not acknowledged it.
 */
export type Outcome = "acknowledged" | "expired" | "nobody" | "waiting";

/** Tells what became of a message from who it is for. */
export function outcomeOf(
  { clock }: MessagingContext,
  { message }: StoredMessage,
  recipients: readonly Recipient[],
): Outcome {
  const acknowledged = recipients.some(({ state }) => state === "acknowledged");
  const open = recipients.some(({ state }) => state === "there" || state === "shown");
  if (acknowledged && (!open || message.target.kind === "agent")) return "acknowledged";
  if (message.purgedAt !== undefined || isExpired(message, clock())) return "expired";
  return open ? "waiting" : "nobody";
}
