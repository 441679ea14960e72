import * as z from "zod";
import { formatTime } from "../../core/time.ts";
import { inline } from "../../memory/render/neutralise.ts";
import { type Agent, agentsNow } from "../../messaging/agents.ts";
import { findOwn, messageId } from "../../messaging/find.ts";
import { outcomeOf } from "../../messaging/outcome.ts";
import { type AgentRecipients, byAgent, recipientsOf } from "../../messaging/recipients.ts";
import { maybe, undeclared } from "../schema.ts";
import { type Answer, type Session, type Tool, tool } from "../tool.ts";

/** How many sessions are listed at the most. */
const MOST = 100;

/** `list_agents`. */
export const listAgents: Tool = tool({
  name: "list_agents",
  annotations: {
    title: "List agents",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  description: "Which agents are there now. With msg_id: who has acknowledged that message.",
  input: z.strictObject({ msg_id: maybe(z.string()) }),
  output: undeclared,
  run: (session, { msg_id }) => msg_id === undefined ? everybody(session) : recipients(session, msg_id),
});

function everybody({ memory, agents: around, peerRuns }: Session): Answer<Record<string, unknown>> {
  const found = agentsNow(memory, around);
  const agents = found.slice(0, MOST).map((agent) => agentItem(agent, memory.identity.sessionId));
  const blind = memory.settings.mode !== "local" && !peerRuns();
  const note = blind ? "No peer runs on this host, so agents on other hosts are not seen." : undefined;
  const structure = { agents, count: found.length, ...(note === undefined ? {} : { note }) };
  return { text: JSON.stringify(structure), structure };
}

function agentItem(agent: Agent, own: string): Record<string, unknown> {
  return {
    agent_id: inline(agent.agent),
    session_id: inline(agent.session),
    agent_family: inline(agent.family),
    host: inline(agent.host),
    project: inline(agent.project),
    since: formatTime(agent.since),
    scopes: agent.scopes,
    here: agent.here,
    ...(agent.session === own ? { you: true } : {}),
  };
}

function recipients({ memory, agents: around }: Session, given: string): Answer<Record<string, unknown>> {
  const stored = findOwn(memory, messageId(memory, given));
  const found = recipientsOf(memory, stored, around);
  const structure = {
    msg_id: stored.message.id,
    outcome: outcomeOf(memory, stored, found),
    agents: byAgent(found).slice(0, MOST).map(recipientItem),
  };
  return { text: JSON.stringify(structure), structure };
}

function recipientItem({ agent, sessions, acknowledged }: AgentRecipients): Record<string, unknown> {
  return {
    agent_id: inline(agent),
    acknowledged,
    sessions: sessions.slice(0, MOST).map(({ session, host, state, at }) => ({
      session_id: inline(session),
      host: inline(host),
      state,
      at: formatTime(at),
    })),
  };
}
