import { promoteMessage } from "../../bridge/promote.ts";
import { scopeLabel } from "../../core/scope.ts";
import { sharing } from "../../memory/sharing.ts";
import { takeExpired } from "../../messaging/expiry.ts";
import { messageId } from "../../messaging/find.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh message promote`: makes a memory of a message. */
export const messagePromote: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("<id>", "the message's id, or its first 8 or more digits")
      .option("-s, --subject <text>", "short title (default: the message's subject, else its first line)")
      .option("-p, --project <name>", "the project it belongs to")
      .option("--memory-type <kind>", "note, decision, bug, pattern, config or summary (default: note)")
      .option("--allow-secret", "save even what looks like a secret")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, args, output }) {
    const context = terminalContext(memory);
    takeExpired(context);
    const { observation, again } = promoteMessage(context, messageId(context, args[0] ?? ""), {
      subject: options.filled("subject"),
      project: options.filled("project") ?? "",
      memoryType: options.memoryType("memoryType") ?? "note",
      allowSecret: options.has("allowSecret"),
    });
    const { id, scope } = observation;
    const visibility = scopeLabel(scope);
    const warning = again ? undefined : sharing(memory, memory.peerRuns)?.warning;
    if (options.has("json")) {
      const shared = warning === undefined ? {} : { not_shared: warning };
      output.line(
        JSON.stringify({ observation_id: id, status: again ? "known" : "saved", visibility, ...shared }),
      );
    } else {
      output.line(`${again ? "known" : "saved"}: ${id} (visibility=${visibility})`);
      if (warning !== undefined) output.note(warning);
    }
    return 0;
  },
};
