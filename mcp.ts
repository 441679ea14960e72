// The MCP server as an entry of its own: what people register as kioku-mesh-mcp.
import { terminalOutput } from "./lib/cli/output.ts";
import { run } from "./lib/cli/run.ts";
import { surroundings } from "./surroundings.ts";

const around = surroundings();
const output = terminalOutput(Deno.stdout, Deno.stderr, around.env.other("NO_COLOR") !== undefined);
Deno.exit(await run(["mcp", "serve", ...Deno.args], around, output));
