import { UsageError } from "../../core/errors.ts";
import { completed } from "../completion/model.ts";
import { SHELLS } from "../completion/values.ts";
import type { SetupCommand } from "../command.ts";
import { describeCommands } from "../described.ts";
import { keepOnly } from "../lockdown.ts";

/** `kioku-mesh completion`: prints the script with which a shell completes this program's command lines. */
export const completion: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration.argument(
      "<shell>",
      "bash, zsh, fish or powershell; the script's first lines say how to load it",
    );
  },
  async run({ args, output }): Promise<0> {
    const shell = SHELLS.find((known) => known === args[0]);
    if (shell === undefined) {
      throw new UsageError(`Cannot complete for "${args[0]}": it is not one of ${SHELLS.join(", ")}.`);
    }
    keepOnly([]);
    const commands = completed(await describeCommands());
    output.line((await scriptOf(shell))(commands).trimEnd());
    return 0;
  },
};

async function scriptOf(
  shell: typeof SHELLS[number],
): Promise<(commands: ReturnType<typeof completed>) => string> {
  switch (shell) {
    case "bash":
      return (await import("../completion/bash.ts")).bashScript;
    case "zsh":
      return (await import("../completion/zsh.ts")).zshScript;
    case "fish":
      return (await import("../completion/fish.ts")).fishScript;
    case "powershell":
      return (await import("../completion/powershell.ts")).powershellScript;
  }
}
