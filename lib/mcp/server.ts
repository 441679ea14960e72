import { McpServer } from "@modelcontextprotocol/server";
import { VERSION } from "../core/version.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import type { Session } from "./tool.ts";
import { TOOLS } from "./tools.ts";

/** A server with all tools, to be connected to one client of either protocol era. */
export function mcpServer(session: Session): McpServer {
  const server = new McpServer(
    { name: "kioku-mesh", version: VERSION },
    { instructions: INSTRUCTIONS, capabilities: { tools: { listChanged: false } } },
  );
  for (const tool of TOOLS) tool.register(server, session);
  return server;
}
