import type { ScopeLabel } from "../core/scope.ts";
import type { Shown } from "./agent_token.ts";
import type { MessagingContext } from "./context.ts";
import { seenSessions } from "./presence.ts";
import { type Session, sessionsHere } from "./sessions.ts";

/** How the sessions that are there are looked for. */
export interface Surroundings {
  /** Whether a process of this host holds the lock of that number. */
  readonly isHeld: (slot: number) => boolean;
  /** Whether the mesh tells this host who is elsewhere. */
  readonly peerRuns: () => boolean;
  readonly hostName: string;
}

/** A session that is there now. */
export interface Agent extends Shown {
  /** Of this host. */
  readonly here: boolean;
  /** Where it can be reached from here. */
  readonly scopes: readonly ScopeLabel[];
}

/** The sessions that are there now, on this host and, as far as the mesh shows them to this user, on others; the longest first. */
export function agentsNow(context: MessagingContext, around: Surroundings): Agent[] {
  const { store, settings, clock, identity } = context;
  const now = clock();
  const here = sessionsHere(store, around.isHeld, now).map((session): Agent => ({
    ...shownHere(context, session, around.hostName),
    here: true,
    scopes: session.scopes.filter((scope) => settings.readable.includes(scope)),
  }));
  const elsewhere = new Map<string, Agent>();
  const seen = around.peerRuns() ? seenSessions(store, settings.readable, now) : [];
  for (const { scope, shown, goneAt } of seen) {
    if (goneAt !== undefined || shown.pcId === identity.pcId) continue;
    const scopes = elsewhere.get(shown.session)?.scopes ?? [];
    elsewhere.set(shown.session, { ...shown, here: false, scopes: [...scopes, scope] });
  }
  return [...here, ...elsewhere.values()].sort((one, other) => one.since - other.since);
}

/** What a session of this host shows of itself. */
export function shownHere({ identity }: MessagingContext, session: Session, hostName: string): Shown {
  return {
    session: session.session,
    agent: session.agent,
    family: session.family,
    pcId: identity.pcId,
    host: hostName,
    project: session.project,
    since: session.startedAt,
  };
}
