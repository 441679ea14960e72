import { join } from "node:path";
import { always, type Client } from "../client.ts";

/** Cursor: `mcp.json` and `hooks.json` in `.cursor`; its rules for the user are not in a file. */
export const cursor: Client = {
  id: "cursor",
  title: "Cursor",
  family: "cursor",
  name: "kioku_mesh",
  programs: ["cursor", "cursor-agent"],
  traces: ({ home }) => [join(home, ".cursor")],
  registries: ({ home, project }) => [
    {
      reach: "user",
      path: join(home, ".cursor", "mcp.json"),
      syntax: "jsonc",
      container: always("mcpServers"),
    },
    {
      reach: "project",
      path: join(project, ".cursor", "mcp.json"),
      syntax: "jsonc",
      container: always("mcpServers"),
    },
  ],
  form: "plain",
  hooks: ({ home, project }, reach) => ({
    path: join(reach === "user" ? home : project, ".cursor", "hooks.json"),
    syntax: "jsonc",
    events: { "session-start": "sessionStart", "pre-compact": "preCompact", "session-end": "sessionEnd" },
    grouped: false,
    item: (command) => ({ command }),
    base: { version: 1 },
  }),
  instructions: ({ project }, reach) => reach === "user" ? undefined : join(project, "AGENTS.md"),
  next: "Cursor asks whether to enable the server; it is under Settings, MCP.",
};
