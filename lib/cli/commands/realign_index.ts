import type { PeerCommand } from "../command.ts";
import { sync } from "../sync.ts";
import { LONGEST_WAIT } from "../waiting.ts";

/** A mesh of a hundred thousand records is read in less. Seconds. */
const LONGEST = 600;

/**
 * `kioku-mesh realign-index`: compares with everything that the mesh holds, and adds in both directions what is missing; by the
 * peer that runs, where one does.
 */
export const realignIndex: PeerCommand = {
  access: "peer",
  declare(declaration) {
    declaration
      .option("--mode <mode>", "full, or tombstones for deletions alone, which is quicker (default: full)")
      .option("--timeout <seconds>", `how long it may take (default: ${LONGEST})`)
      .option("--json", "print the result as JSON");
  },
  run(call) {
    const mode = call.options.choice("mode", ["full", "tombstones"]);
    const extent = mode === "tombstones" ? mode : "everything";
    return sync(call, call.options.integer("timeout", 1, LONGEST_WAIT) ?? LONGEST, extent);
  },
};
