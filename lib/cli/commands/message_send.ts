import { scopeLabel } from "../../core/scope.ts";
import { formatTime } from "../../core/time.ts";
import { sharing } from "../../memory/sharing.ts";
import { ADDRESS_FORMS } from "../../messaging/address.ts";
import type { Surroundings } from "../../messaging/agents.ts";
import type { MessagingContext } from "../../messaging/context.ts";
import { findOwn, messageId } from "../../messaging/find.ts";
import type { Message } from "../../messaging/message.ts";
import { type Outcome, outcomeOf } from "../../messaging/outcome.ts";
import { recipientsOf } from "../../messaging/recipients.ts";
import { sendMessage } from "../../messaging/send.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import type { SessionCommand } from "../command.ts";
import { readInput } from "../input.ts";
import { addressText } from "../message_lines.ts";
import { OUTCOMES } from "../outcomes.ts";
import { DEFAULT_WAIT, LONGEST_WAIT, waitUntil } from "../waiting.ts";

/** `kioku-mesh message send`: sends a message to other agents. */
export const messageSend: SessionCommand = {
  access: "session",
  slot: "look",
  declare(declaration) {
    declaration
      .argument("<body>", "what to say; - reads standard input")
      .option("-t, --to <address>", `${ADDRESS_FORMS} (default: who sent what it replies to)`)
      .option("-s, --subject <text>", "what it is about")
      .option("--reply-to <id>", "the message that it answers; 8 or more digits of its id")
      .option(
        "--correlation <text>",
        "the conversation that it belongs to (default: that of the message it answers)",
      )
      .option("--content-type <type>", "what the body is (default: text/plain)")
      .option("--ttl <time>", "deliver it within this time: seconds, or 90m, 36h (default: 30d)")
      .option("--requires-ack", "ask for an acknowledgement")
      .option(
        "--visibility <tier>",
        "to an agent or session: the tier it travels in (default: as configured, else mesh)",
      )
      .option("--id <id>", "its id, 32 hexadecimal digits; the same message under the same id is sent once")
      .option("--wait [seconds]", `wait until it is acknowledged (default: ${DEFAULT_WAIT} s at the most)`)
      .option("--json", "print the result as JSON");
  },
  async run({ memory, slots, options, args, output }): Promise<0 | 1> {
    const context = terminalContext(memory);
    const wait = options.text("wait") === undefined
      ? undefined
      : options.integerOr("wait", 0, LONGEST_WAIT, DEFAULT_WAIT);
    const replyTo = options.filled("replyTo");
    const { message, again } = sendMessage(context, {
      to: options.filled("to"),
      subject: options.text("subject") ?? "",
      body: readInput(args[0] ?? ""),
      contentType: options.filled("contentType"),
      replyTo: replyTo === undefined ? undefined : messageId(context, replyTo),
      correlation: options.filled("correlation"),
      ttl: options.duration("ttl"),
      requiresAck: options.has("requiresAck"),
      visibility: options.tier("visibility"),
      id: options.filled("id"),
    });
    const scope = scopeLabel(message.scope);
    const { peerRuns, hostName } = memory;
    const warning = sharing(memory, peerRuns)?.warning;
    const look = () => outcome(context, message, { isHeld: slots.isHeld, peerRuns, hostName });
    const status = again ? "sent before" : "sent";
    const json = options.has("json");
    if (!json) output.line(`${status}: ${message.id} to ${addressText(message.target, scope)}`);
    if (!json && warning !== undefined) output.note(warning);
    let found = look();
    if (wait !== undefined) await waitUntil(() => (found = look()) !== "waiting", wait, context.clock);
    if (json) {
      const expires = message.expiresAt === undefined ? {} : { expires_at: formatTime(message.expiresAt) };
      const late = warning === undefined ? {} : { warning };
      output.line(JSON.stringify({ msg_id: message.id, status, scope, ...expires, outcome: found, ...late }));
    } else if (wait !== undefined) output.line(`${OUTCOMES[found]}.`);
    else if (found === "nobody") output.note(`${OUTCOMES[found]}.`);
    return wait === undefined || found === "acknowledged" ? 0 : 1;
  },
};

function outcome(context: MessagingContext, { id }: Message, around: Surroundings): Outcome {
  const stored = findOwn(context, id);
  return outcomeOf(context, stored, recipientsOf(context, stored, around));
}
