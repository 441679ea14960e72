import { VERSION } from "../../core/version.ts";
import type { SetupCommand } from "../command.ts";
import { describeCommands } from "../described.ts";
import { keepOnly } from "../lockdown.ts";
import { manualPage } from "../manual.ts";

/** `kioku-mesh man`: prints the manual page. */
export const man: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration.addHelpText(
      "after",
      "\nRead it with:\n  kioku-mesh man | man -l -\nKeep it as:\n  kioku-mesh man > ~/.local/share/man/man1/kioku-mesh.1",
    );
  },
  async run({ output }): Promise<0> {
    keepOnly([]);
    output.line(manualPage(await describeCommands(), VERSION).trimEnd());
    return 0;
  },
};
