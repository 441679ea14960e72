import { join } from "node:path";
import { always, type Client } from "../client.ts";
import type { Places } from "../places.ts";

const EVENTS = {
  "session-start": "SessionStart",
  "pre-compact": "PreCompact",
  "session-end": "SessionEnd",
  prompt: "UserPromptSubmit",
};

/** Claude Code: servers in `~/.claude.json` and `.mcp.json`, hooks in its settings, CLAUDE.md. */
export const claudeCode: Client = {
  id: "claude-code",
  title: "Claude Code",
  family: "claude",
  name: "kioku_mesh",
  programs: ["claude"],
  traces: (places) => [folder(places), state(places)],
  registries: (places) => [
    { reach: "user", path: state(places), syntax: "json", container: always("mcpServers") },
    {
      reach: "project",
      path: join(places.project, ".mcp.json"),
      syntax: "json",
      container: always("mcpServers"),
    },
    {
      reach: "local",
      path: state(places),
      syntax: "json",
      container: always("projects", places.project, "mcpServers"),
    },
  ],
  form: "typed",
  hooks: (places, reach) => ({
    path: reach === "user"
      ? join(folder(places), "settings.json")
      : join(places.project, ".claude", "settings.local.json"),
    syntax: "json",
    events: EVENTS,
    grouped: true,
    item: (command) => ({ type: "command", command, timeout: 10 }),
    base: {},
  }),
  instructions: (places, reach) => join(reach === "user" ? folder(places) : places.project, "CLAUDE.md"),
  next: "Start a new session of Claude Code.",
};

function folder(places: Places): string {
  return places.variable("CLAUDE_CONFIG_DIR") ?? join(places.home, ".claude");
}

function state(places: Places): string {
  return join(places.variable("CLAUDE_CONFIG_DIR") ?? places.home, ".claude.json");
}
