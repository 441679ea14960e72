import type { MessagingContext } from "./context.ts";

/**
 * The same for somebody at a terminal: every command is a process of its own, so that together they are one session, the
 * host's, unless the session was named.
 */
export function terminalContext<T extends MessagingContext>(context: T): T {
  const { identity } = context;
  if (identity.sessionNamed) return context;
  return { ...context, identity: { ...identity, sessionId: `terminal-${identity.pcId.slice(0, 12)}` } };
}
