import { takeExpired } from "../../messaging/expiry.ts";
import { findOwn, messageId } from "../../messaging/find.ts";
import { isFor, noteShown } from "../../messaging/mail.ts";
import { signatureText } from "../../messaging/signature.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import { Failure } from "../../core/errors.ts";
import type { DataCommand } from "../command.ts";
import { messageJson, messageLines } from "../message_lines.ts";

/** `kioku-mesh message read`: shows one message whole; it is not new any more. */
export const messageRead: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("<id>", "the message's id, or its first 8 or more digits")
      .option("--json", "print it as JSON, its text as it was sent");
  },
  run({ memory, options, args, output }) {
    const context = terminalContext(memory);
    takeExpired(context);
    const stored = findOwn(context, messageId(context, args[0] ?? ""));
    const { message } = stored;
    if (message.purgedAt !== undefined) {
      throw new Failure(`Cannot show message ${message.id}: it has expired.`);
    }
    if (isFor(message.target, context.identity)) noteShown(context, [{ stored, state: "new" }], false);
    if (options.has("json")) output.line(messageJson(message, "shown"));
    else {
      const signature = signatureText(memory, stored);
      if (signature !== undefined) output.line(`signature: ${signature}`);
      for (const line of messageLines(message)) output.line(line);
    }
    return 0;
  },
};
