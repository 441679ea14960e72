import { scopeLabel } from "../../core/scope.ts";
import { formatTime } from "../../core/time.ts";
import { sharing } from "../../memory/sharing.ts";
import { ADDRESS_FORMS } from "../../messaging/address.ts";
import { messageId } from "../../messaging/find.ts";
import { sendMessage } from "../../messaging/send.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import type { DataCommand } from "../command.ts";
import { readInput } from "../input.ts";
import { addressText } from "../message_lines.ts";

/** `kioku-mesh message send`: sends a message to other agents. */
export const messageSend: DataCommand = {
  access: "data",
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
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, args, output }) {
    const context = terminalContext(memory);
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
    const warning = sharing(memory, memory.peerRuns)?.warning;
    const status = again ? "sent before" : "sent";
    if (options.has("json")) {
      const expires = message.expiresAt === undefined ? {} : { expires_at: formatTime(message.expiresAt) };
      const late = warning === undefined ? {} : { warning };
      output.line(JSON.stringify({ msg_id: message.id, status, scope, ...expires, ...late }));
      return 0;
    }
    output.line(`${status}: ${message.id} to ${addressText(message.target, scope)}`);
    if (warning !== undefined) output.note(warning);
    return 0;
  },
};
