import { takeExpired } from "../../messaging/expiry.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh message purge`: erases the content of messages that have expired. */
export const messagePurge: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration.option("--json", "print the result as JSON");
  },
  run({ memory, options, output }) {
    const purged = takeExpired(memory);
    output.line(options.has("json") ? JSON.stringify({ purged }) : `purged ${purged} expired message(s)`);
    return 0;
  },
};
