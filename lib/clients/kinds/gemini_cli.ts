import { join } from "node:path";
import { always, type Client } from "../client.ts";

/** Gemini CLI: servers and hooks in one settings.json, GEMINI.md. */
export const geminiCli: Client = {
  id: "gemini-cli",
  title: "Gemini CLI",
  family: "gemini",
  // Its policy rules misread names with an underscore.
  name: "kioku-mesh",
  programs: ["gemini"],
  traces: ({ home }) => [join(home, ".gemini")],
  registries: ({ home, project }) => [
    {
      reach: "user",
      path: join(home, ".gemini", "settings.json"),
      syntax: "jsonc",
      container: always("mcpServers"),
    },
    {
      reach: "project",
      path: join(project, ".gemini", "settings.json"),
      syntax: "jsonc",
      container: always("mcpServers"),
    },
  ],
  form: "plain",
  hooks: ({ home, project }, reach) => ({
    path: join(reach === "user" ? home : project, ".gemini", "settings.json"),
    syntax: "jsonc",
    events: {
      "session-start": "SessionStart",
      "pre-compact": "PreCompress",
      "session-end": "SessionEnd",
      prompt: "BeforeAgent",
    },
    grouped: true,
    item: (command) => ({ type: "command", command, name: "kioku-mesh", timeout: 10_000 }),
    base: {},
  }),
  instructions: ({ home, project }, reach) =>
    reach === "user" ? join(home, ".gemini", "GEMINI.md") : join(project, "GEMINI.md"),
  next: "Start a new session of Gemini CLI.",
};
