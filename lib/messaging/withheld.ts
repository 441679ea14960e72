import { quarantinedUnder } from "../store/quarantine.ts";
import { FORGED, SIGNATURE } from "../trust/reasons.ts";
import type { MessagingContext } from "./context.ts";
import { messageKey, parseMessageKey } from "./keys.ts";
import { currentSession } from "./mail.ts";
import { readScope } from "./scopes.ts";

/** A message for the session that came and cannot be shown; nothing of its text is kept. */
export interface Withheld {
  readonly id: string;
  /** What kind of reason it is, in Python's words where it has one for the same (compat cli §2.3). */
  readonly code: "over_limit" | "not_proven" | "protocol_violation" | "arrival_undecodable";
  readonly reason: string;
}

/** How many are told of at the most. */
const MOST = 10;

/** What came for the session since it last looked and cannot be shown, oldest first. */
export function withheldMail(context: MessagingContext): Withheld[] {
  const { store, settings, identity } = context;
  const { checkedAt } = currentSession(context);
  const targets = [
    { kind: "all" },
    { kind: "agent", id: identity.clientId },
    { kind: "session", id: identity.sessionId },
  ] as const;
  return settings.readable.flatMap((scope) =>
    targets.flatMap((target) =>
      quarantinedUnder(store, messageKey(readScope(scope), target, ""), checkedAt, MOST)
    )
  ).flatMap(({ key, reason, seenAt }) => {
    const read = parseMessageKey(key);
    return read?.kind === "message" ? [{ id: read.id, reason, seenAt }] : [];
  }).sort((one, other) => one.seenAt - other.seenAt).slice(0, MOST).map(({ id, reason }) => ({
    id,
    code: codeOf(reason),
    reason,
  }));
}

function codeOf(reason: string): Withheld["code"] {
  if (reason.startsWith(FORGED) || reason.startsWith(SIGNATURE)) return "not_proven";
  if (reason.includes("more than")) return "over_limit";
  return reason.includes("used before") ? "protocol_violation" : "arrival_undecodable";
}
