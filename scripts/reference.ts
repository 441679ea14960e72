/** Writes docs/reference.md: every command with its options, every tool with its parameters. */
import { Command as Declaration } from "commander";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "../lib/cli/table.ts";
import { toolList } from "../lib/mcp/tools.ts";

const path = join(fileURLToPath(new URL("..", import.meta.url)), "docs", "reference.md");
Deno.writeTextFileSync(path, await reference());

/** The reference as Markdown. */
export async function reference(): Promise<string> {
  const commands = await Promise.all(COMMANDS.map(async ({ name, summary, load }) => {
    const declaration = new Declaration(`kioku-mesh ${name}`).description(summary).helpOption(
      "-h, --help",
      "show this help",
    );
    (await load()).declare(declaration);
    declaration.configureHelp({ helpWidth: 110 });
    return `### ${name}\n\n\`\`\`\n${declaration.helpInformation().trim()}\n\`\`\`\n`;
  }));
  return [
    "# Reference",
    "",
    "Generated from the code by `deno task reference`.",
    "",
    "## Commands",
    "",
    "Before the command: `--version`, `--help`. Anywhere: `--debug` shows where an unexpected error came from. Long options may be " +
    "shortened to what is unambiguous. Exit codes: 0 done, 1 failed or not found, 2 used wrongly.",
    "",
    ...commands,
  ].join("\n");
}
