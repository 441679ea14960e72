import process from "node:process";
import { basename } from "node:path";
import { terminalOutput } from "./lib/cli/output.ts";
import { run } from "./lib/cli/run.ts";
import { surroundings } from "./surroundings.ts";

// The executable under the name that the Python version's MCP server had is that server.
const agentName = /^kioku-mesh-mcp(?:\.exe)?$/.test(basename(process.argv0));
const args = agentName ? ["mcp", "serve", ...Deno.args] : Deno.args;
const around = surroundings();
const output = terminalOutput(Deno.stdout, Deno.stderr, around.env.other("NO_COLOR") !== undefined);
Deno.exit(await run(args, around, output));
