import { takeExpired } from "../../messaging/expiry.ts";
import { conversation, findOwn, messageId } from "../../messaging/find.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import type { DataCommand } from "../command.ts";
import { messageJson, messageLines } from "../message_lines.ts";

/** `kioku-mesh message thread`: shows the conversation that a message belongs to. */
export const messageThread: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("<id>", "the id of any of its messages, or its first 8 or more digits")
      .option("--json", "print each message as a line of JSON");
  },
  run({ memory, options, args, output }) {
    const context = terminalContext(memory);
    takeExpired(context);
    const all = conversation(context, findOwn(context, messageId(context, args[0] ?? "")));
    all.forEach(({ message }, index) => {
      if (options.has("json")) return output.line(messageJson(message, ""));
      if (index > 0) output.line("");
      for (const line of messageLines(message)) output.line(line);
    });
    if (all.length === 0) output.note("all of it has expired.");
    return 0;
  },
};
