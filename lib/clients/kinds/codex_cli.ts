import { join } from "node:path";
import { always, type Client, type Reach } from "../client.ts";
import type { Places } from "../places.ts";

/** Codex CLI, its desktop app and its editor extension, which share one configuration in TOML. */
export const codexCli: Client = {
  id: "codex-cli",
  title: "Codex CLI",
  family: "codex",
  name: "kioku_mesh",
  programs: ["codex"],
  traces: (places) => [folder(places, "user")],
  registries: (places) => [
    {
      reach: "user",
      path: join(folder(places, "user"), "config.toml"),
      syntax: "toml",
      container: always("mcp_servers"),
    },
    {
      reach: "project",
      path: join(folder(places, "project"), "config.toml"),
      syntax: "toml",
      container: always("mcp_servers"),
    },
  ],
  form: "plain",
  hooks: (places, reach) => ({
    path: join(folder(places, reach), "hooks.json"),
    syntax: "json",
    events: { "session-start": "SessionStart", "pre-compact": "PreCompact", prompt: "UserPromptSubmit" },
    grouped: true,
    item: (command) => ({ type: "command", command, timeout: 10 }),
    base: {},
    note: "Codex runs a new hook only after you have trusted it: type /hooks in Codex.",
  }),
  instructions: (places, reach) =>
    join(reach === "user" ? folder(places, "user") : places.project, "AGENTS.md"),
  next: "Start a new session of Codex.",
};

function folder(places: Places, reach: Reach): string {
  if (reach !== "user") return join(places.project, ".codex");
  return places.variable("CODEX_HOME") ?? join(places.home, ".codex");
}
