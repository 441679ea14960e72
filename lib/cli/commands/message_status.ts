import { scopeLabel } from "../../core/scope.ts";
import { formatTime } from "../../core/time.ts";
import { inline, seenJson } from "../../memory/render/neutralise.ts";
import { takeExpired } from "../../messaging/expiry.ts";
import { findOwn, messageId } from "../../messaging/find.ts";
import { outcomeOf } from "../../messaging/outcome.ts";
import { type AgentRecipients, byAgent, recipientsOf } from "../../messaging/recipients.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import { isQueued } from "../../store/outbox.ts";
import type { SessionCommand } from "../command.ts";
import { addressText } from "../message_lines.ts";
import { OUTCOMES } from "../outcomes.ts";

/** `kioku-mesh message status`: what became of a message, by agents and their sessions. */
export const messageStatus: SessionCommand = {
  access: "session",
  slot: "look",
  declare(declaration) {
    declaration
      .argument("<id>", "the message's id, or its first 8 or more digits")
      .option("--json", "print it as JSON");
  },
  run({ memory, slots, options, args, output }) {
    const context = terminalContext(memory);
    takeExpired(context);
    const stored = findOwn(context, messageId(context, args[0] ?? ""));
    const { message } = stored;
    const { peerRuns, hostName, store } = memory;
    const recipients = recipientsOf(context, stored, { isHeld: slots.isHeld, peerRuns, hostName });
    const outcome = outcomeOf(context, stored, recipients);
    const scope = scopeLabel(message.scope);
    const waits = isQueued(store, "message", message.id, scope);
    const agents = byAgent(recipients);
    if (options.has("json")) {
      output.line(
        seenJson({ msg_id: message.id, outcome, on_its_way: waits, agents: agents.map(asJson) }),
      );
      return 0;
    }
    output.line(`${message.id} to ${addressText(message.target, scope)}: ${OUTCOMES[outcome]}`);
    if (waits) output.line("it waits here to go out to the mesh");
    for (const agent of agents) for (const line of lines(agent)) output.line(line);
    return 0;
  },
};

function lines({ agent, sessions, acknowledged }: AgentRecipients): string[] {
  const name = agent === "" ? "an agent that is not known" : inline(agent);
  return [
    `${name}: ${acknowledged} of ${sessions.length} sessions acknowledged`,
    ...sessions.map(({ session, host, state, at }) =>
      `  ${state.padEnd(12)}  ${formatTime(at).slice(0, 19)}Z  session:${inline(session)}${
        host === "" ? "" : ` on ${inline(host)}`
      }`
    ),
  ];
}

function asJson({ agent, sessions, acknowledged }: AgentRecipients): Record<string, unknown> {
  return {
    agent_id: agent,
    acknowledged,
    sessions: sessions.map(({ session, host, state, at }) => ({
      session_id: session,
      host,
      state,
      at: formatTime(at),
    })),
  };
}
