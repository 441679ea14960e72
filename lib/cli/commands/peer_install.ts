import type { SetupCommand } from "../command.ts";
import { installService } from "../service.ts";

/** `kioku-mesh peer install`: has the system run the peer. */
export const peerInstall: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration.option("--print", "show what would be written, and write nothing");
  },
  run({ around, options, output }) {
    installService(around, options.has("print"), output);
    return 0;
  },
};
