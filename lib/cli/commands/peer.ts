import type { PeerCommand } from "../command.ts";
import { configuredPart, runUntilStopped, startOwnPeer } from "../run_peer.ts";
import { sync } from "../sync.ts";
import { LONGEST_WAIT } from "../waiting.ts";

/** How long one round may take that is not told. Seconds. */
const ROUND = 60;

/** `kioku-mesh peer`: takes part in the mesh for as long as it runs. */
export const peer: PeerCommand = {
  access: "peer",
  declare(declaration) {
    declaration
      .option(
        "--until-drained [seconds]",
        `one round: take what is there, send what waits, end (default: ${ROUND} s at the most)`,
      )
      .option("--json", "print the result of one round as JSON");
  },
  async run(call) {
    const { options } = call;
    if (options.text("untilDrained") !== undefined) {
      return await sync(call, options.integerOr("untilDrained", 1, LONGEST_WAIT, ROUND));
    }
    return await runUntilStopped(await startOwnPeer(call, configuredPart(call)), call);
  },
};

/** `kioku-mesh sync`: one round, for hosts that do not stay. */
export const syncCommand: PeerCommand = {
  access: "peer",
  declare(declaration) {
    declaration
      .option("--timeout <seconds>", `how long it may take (default: ${ROUND})`)
      .option("--json", "print the result as JSON");
  },
  run: (call) => sync(call, call.options.integer("timeout", 1, LONGEST_WAIT) ?? ROUND),
};
