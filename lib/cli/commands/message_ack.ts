import { acknowledge } from "../../messaging/acknowledge.ts";
import { messageId } from "../../messaging/find.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh message ack`: tells senders that their messages were dealt with. */
export const messageAck: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("<id...>", "ids of messages, or their first 8 or more digits")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, args, output }) {
    const context = terminalContext(memory);
    for (const given of args) {
      const id = messageId(context, given);
      const { scope, again } = acknowledge(context, id);
      output.line(
        options.has("json") ? JSON.stringify({ acked: id, scope, again }) : `acked: ${id} (scope=${scope})`,
      );
    }
    return 0;
  },
};
