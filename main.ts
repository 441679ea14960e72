import process from "node:process";
import { basename } from "node:path";
import { terminalOutput } from "./lib/cli/output.ts";
import { surroundings } from "./surroundings.ts";

// The executable under the name that the Python version's MCP server had is that server.
const agentName = /^kioku-mesh-mcp(?:\.exe)?$/.test(basename(process.argv0));
const args = agentName ? ["mcp", "serve", ...Deno.args] : Deno.args;
const around = surroundings();
const output = terminalOutput(Deno.stdout, Deno.stderr, around.env.other("NO_COLOR") !== undefined);
if (args[0] === "__complete") {
  // A person waits at the key, so nothing else is loaded.
  const { complete } = await import("./lib/cli/complete.ts");
  Deno.exit(await complete(args.slice(1), around, output));
}
const { run } = await import("./lib/cli/run.ts");
Deno.exit(await run(args, around, output));
