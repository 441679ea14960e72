import { UsageError } from "../../core/errors.ts";
import { serve } from "../../mcp/serve.ts";
import { openMemory } from "../../memory/open.ts";
import type { SetupCommand } from "../command.ts";
import { dropPermissions } from "../lockdown.ts";

/**
 * `kioku-mesh mcp serve`: the MCP server on standard input and output. It opens the memory, gives up every permission and
 * only then reads what a client sends (DESIGN §3). Nothing but protocol goes to standard output.
 */
export const mcp: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration.argument(
      "<action>",
      "serve: answer an agent on standard input and output, until the input ends",
    );
  },
  async run({ around, args, output }): Promise<0> {
    if (args[0] !== "serve") {
      throw new UsageError(`Cannot run mcp ${args[0] ?? ""}: there is only \`kioku-mesh mcp serve\`.`);
    }
    if (Deno.stdin.isTerminal() && around.env.ours("MCP_ALLOW_TTY")?.trim() !== "1") {
      throw new UsageError(
        "Cannot serve MCP to a terminal: an agent starts this program itself. Register `kioku-mesh mcp serve` with your " +
          "agent, or set KIOKU_MESH_MCP_ALLOW_TTY=1 to type the protocol by hand.",
      );
    }
    const memory = await openMemory(around, () => {});
    dropPermissions();
    for (const notice of memory.notices) output.note(notice);
    try {
      await serve(
        { memory, startedAt: memory.clock(), notices: memory.notices },
        (line) => output.note(line),
      );
    } finally {
      memory.store.close();
    }
    return 0;
  },
};
