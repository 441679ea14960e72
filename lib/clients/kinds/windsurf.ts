import { join } from "node:path";
import { always, type Client } from "../client.ts";

/** Windsurf: one file of servers; its hooks cannot tell the model anything, so it gets none. */
export const windsurf: Client = {
  id: "windsurf",
  title: "Windsurf",
  family: "windsurf",
  name: "kioku_mesh",
  programs: ["windsurf"],
  traces: ({ home }) => [join(home, ".codeium", "windsurf")],
  registries: ({ home }) => [{
    reach: "user",
    path: join(home, ".codeium", "windsurf", "mcp_config.json"),
    syntax: "jsonc",
    container: always("mcpServers"),
  }],
  form: "plain",
  instructions: ({ home, project }, reach) =>
    reach === "user"
      ? join(home, ".codeium", "windsurf", "memories", "global_rules.md")
      : join(project, "AGENTS.md"),
  next: "In Windsurf press refresh in the list of MCP servers.",
};
