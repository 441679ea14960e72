import { join } from "node:path";
import { always, type Client } from "../client.ts";

/** Visual Studio Code with GitHub Copilot: `mcp.json` of the profile or in `.vscode`, hooks in folders of their own. */
export const vscode: Client = {
  id: "vscode",
  title: "VS Code",
  family: "copilot",
  name: "kioku_mesh",
  programs: ["code"],
  traces: ({ settings }) => [join(settings, "Code", "User")],
  registries: ({ settings, project }) => [
    {
      reach: "user",
      path: join(settings, "Code", "User", "mcp.json"),
      syntax: "jsonc",
      container: always("servers"),
    },
    {
      reach: "project",
      path: join(project, ".vscode", "mcp.json"),
      syntax: "jsonc",
      container: always("servers"),
    },
  ],
  form: "typed",
  hooks: ({ home, project }, reach) => ({
    path: reach === "user"
      ? join(home, ".copilot", "hooks", "kioku-mesh.json")
      : join(project, ".github", "hooks", "kioku-mesh.json"),
    syntax: "json",
    events: { "session-start": "SessionStart", "pre-compact": "PreCompact" },
    grouped: false,
    item: (command) => ({ type: "command", command, timeout: 10 }),
    base: { version: 1 },
    inherits: join(
      reach === "user" ? home : project,
      ".claude",
      reach === "user" ? "settings.json" : "settings.local.json",
    ),
  }),
  instructions: ({ project }, reach) => reach === "user" ? undefined : join(project, "AGENTS.md"),
  next: "In VS Code start the server: MCP: List Servers in the command palette.",
};
