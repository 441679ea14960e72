import type { PeerCommand } from "../command.ts";
import { sync } from "../sync.ts";
import { LONGEST_WAIT } from "../waiting.ts";

/** A mesh of a hundred thousand records is read in less. Seconds. */
const LONGEST = 600;

/** `kioku-mesh realign-index`: compares with everything that the mesh holds, and adds in both directions what is missing. */
export const realignIndex: PeerCommand = {
  access: "peer",
  declare(declaration) {
    declaration
      .option("--mode <mode>", "full, which is all there is: it only ever adds")
      .option("--timeout <seconds>", `how long it may take (default: ${LONGEST})`)
      .option("--json", "print the result as JSON");
  },
  run(call) {
    call.options.choice("mode", ["full", "tombstones"]);
    return sync(call, call.options.integer("timeout", 1, LONGEST_WAIT) ?? LONGEST, true);
  },
};
