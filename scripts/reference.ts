/** Writes docs/reference.md: every command with its options, every MCP tool with its parameters. */
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { fileURLToPath } from "node:url";
import { bareDeclaration } from "../lib/cli/described.ts";
import { COMMANDS } from "../lib/cli/table.ts";
import { isObject } from "../lib/core/json.ts";
import { newHome } from "../tests/e2e/support/program.ts";

const PAGE = fileURLToPath(new URL("../docs/reference.md", import.meta.url));

/** The page as it should be now. */
export async function currentReference(): Promise<string> {
  return `# Reference

Made by \`deno task reference\` from the code.

Before a command: \`--version\`, \`--help\`. Anywhere: \`--debug\` shows where an unexpected error came from. Long options may
be shortened to what is unambiguous. Results go to standard output, everything else to standard error. Exit codes: 0 done,
1 failed or not found, 2 used wrongly.

## Commands

${(await Promise.all(COMMANDS.map(command))).join("\n")}
## MCP tools

${await tools()}`;
}

async function command(entry: (typeof COMMANDS)[number]): Promise<string> {
  const declaration = bareDeclaration(entry).configureHelp({ helpWidth: 110 });
  (await entry.load()).declare(declaration);
  return `### ${entry.name}\n\n\`\`\`\n${declaration.helpInformation().trim()}\n\`\`\`\n`;
}

async function tools(): Promise<string> {
  using home = newHome();
  const { command, args, env, cwd } = home.invocation(["mcp", "serve"]);
  const client = new Client({ name: "reference", version: "1.0.0" });
  await client.connect(new StdioClientTransport({ command, args, env, cwd, stderr: "inherit" }));
  try {
    const { tools } = await client.listTools();
    return tools.map(({ name, description, inputSchema }) => {
      const required = inputSchema.required ?? [];
      const rows = Object.entries(inputSchema.properties ?? {}).map(([parameter, schema]) =>
        `| \`${parameter}\`${required.includes(parameter) ? " (required)" : ""} | ${describe(schema)} |\n`
      );
      const table = rows.length === 0 ? "No parameters.\n" : `| parameter | |\n|---|---|\n${rows.join("")}`;
      return `### ${name}\n\n${description}\n\n${table}`;
    }).join("\n");
  } finally {
    await client.close();
  }
}

function describe(schema: unknown): string {
  if (!isObject(schema)) return "";
  const type = Array.isArray(schema.enum)
    ? schema.enum.map((one) => `\`${one}\``).join(", ")
    : kindOf(schema);
  return typeof schema.description === "string" ? `${type}: ${schema.description}` : type;
}

function kindOf(schema: Readonly<Record<string, unknown>>): string {
  if (schema.type === "array") return "list of text";
  if (schema.type === "boolean") return "yes or no";
  if (schema.type === "integer") return "whole number";
  if (Array.isArray(schema.anyOf)) {
    return schema.anyOf.filter(isObject).filter(({ type }) => type !== "null").map(kindOf).join(" or ");
  }
  return "text";
}

if (import.meta.main) Deno.writeTextFileSync(PAGE, await currentReference());
