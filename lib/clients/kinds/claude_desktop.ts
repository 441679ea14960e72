import { join } from "node:path";
import { always, type Client } from "../client.ts";

/** Claude Desktop: one file, no projects, no hooks. */
export const claudeDesktop: Client = {
  id: "claude-desktop",
  title: "Claude Desktop",
  family: "claude",
  name: "kioku_mesh",
  programs: [],
  traces: ({ settings }) => [join(settings, "Claude")],
  registries: ({ settings }) => [{
    reach: "user",
    path: join(settings, "Claude", "claude_desktop_config.json"),
    syntax: "json",
    container: always("mcpServers"),
  }],
  form: "plain",
  next: "Quit Claude Desktop and start it again.",
};
