import type { Micros } from "../core/clock.ts";
import { type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { number } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { acksOf } from "./acks.ts";
import { type Agent, agentsNow, type Surroundings } from "./agents.ts";
import type { MessagingContext } from "./context.ts";
import type { Message } from "./message.ts";
import { seenSessions } from "./presence.ts";
import type { StoredMessage } from "./records.ts";
import { allSessions } from "./sessions.ts";

/** How a message stands with a session that it is for. `shown`: it has seen it, which only its own host knows. */
export type RecipientState = "acknowledged" | "shown" | "there" | "gone";

/** A session that a message is for, as far as this host knows. */
export interface Recipient {
  readonly session: string;
  /** Empty when it is not known. */
  readonly agent: string;
  readonly host: string;
  readonly state: RecipientState;
  /** When it acknowledged, saw the message or went away; since when it is there. */
  readonly at: Micros;
}

/** How a message stands with the sessions of one agent. */
export interface AgentRecipients {
  readonly agent: string;
  readonly sessions: readonly Recipient[];
  readonly acknowledged: number;
}

/** Who a message is for: who has acknowledged it, who is there and has not, and who went away without. */
export function recipientsOf(
  context: MessagingContext,
  stored: StoredMessage,
  around: Surroundings,
): Recipient[] {
  const { store, clock } = context;
  const { message } = stored;
  const scope = scopeLabel(message.scope);
  const found = new Map<string, Recipient>();
  const add = (recipient: Recipient) => {
    if (!found.has(recipient.session)) found.set(recipient.session, recipient);
  };
  const agents = agentsNow(context, around);
  const known = new Map<string, Pick<Agent, "agent" | "host">>(agents.map((one) => [one.session, one]));
  for (const one of seenSessions(store, [scope], clock())) known.set(one.shown.session, one.shown);
  for (const { session, agent, ackedAt } of acksOf(store, message.id, scope)) {
    const { host = "", agent: shown = "" } = known.get(session) ?? {};
    add({ session, agent: agent || shown, host, state: "acknowledged", at: ackedAt });
  }
  for (const { session, agent, host, since, scopes } of agents) {
    if (!isMeant(message, scope, session, agent, scopes)) continue;
    const shownAt = shownTo(store, session, stored.row);
    add({ session, agent, host, state: shownAt === undefined ? "there" : "shown", at: shownAt ?? since });
  }
  for (const { session, agent, host, goneAt } of gone(context, scope, around.hostName)) {
    if (goneAt < message.createdAt || !isMeant(message, scope, session, agent, [scope])) continue;
    add({ session, agent, host, state: "gone", at: goneAt });
  }
  return [...found.values()];
}

/** The same by agents, those first who have acknowledged. */
export function byAgent(recipients: readonly Recipient[]): AgentRecipients[] {
  const agents = new Map<string, Recipient[]>();
  for (const one of recipients) agents.set(one.agent, [...agents.get(one.agent) ?? [], one]);
  const count = (sessions: readonly Recipient[]) =>
    sessions.filter(({ state }) => state === "acknowledged").length;
  return [...agents].map(([agent, sessions]) => ({ agent, sessions, acknowledged: count(sessions) }))
    .sort((one, other) => other.acknowledged - one.acknowledged);
}

// Nobody is meant by what it sent to many itself.
function isMeant(
  { target, sender }: Message,
  scope: ScopeLabel,
  session: string,
  agent: string,
  scopes: readonly ScopeLabel[],
): boolean {
  if (!scopes.includes(scope)) return false;
  if (target.kind === "session") return target.id === session;
  return session !== sender.session && (target.kind === "all" || target.id === agent);
}

function shownTo(store: Store, session: string, row: number): Micros | undefined {
  const sql = "SELECT delivered_at FROM delivery WHERE session = ? AND message = ?";
  return store.get(sql, [session, row], (found) => number(found, "delivered_at"));
}

interface Gone {
  readonly session: string;
  readonly agent: string;
  readonly host: string;
  readonly goneAt: Micros;
}

function gone({ store, clock, identity }: MessagingContext, scope: ScopeLabel, hostName: string): Gone[] {
  const here = allSessions(store).flatMap(({ session, agent, endedAt }) =>
    endedAt === undefined ? [] : [{ session, agent, host: hostName, goneAt: endedAt }]
  );
  const elsewhere = seenSessions(store, [scope], clock()).flatMap(({ shown, goneAt }) =>
    goneAt === undefined || shown.pcId === identity.pcId
      ? []
      : [{ session: shown.session, agent: shown.agent, host: shown.host, goneAt }]
  );
  return [...here, ...elsewhere];
}
