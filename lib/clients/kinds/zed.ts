import { join } from "node:path";
import { always, type Client } from "../client.ts";

/** Zed: `context_servers` in its settings, AGENTS.md of a project. */
export const zed: Client = {
  id: "zed",
  title: "Zed",
  family: "zed",
  name: "kioku_mesh",
  programs: ["zed", "zeditor"],
  traces: (places) => [folder(places)],
  registries: (places) => [
    {
      reach: "user",
      path: join(folder(places), "settings.json"),
      syntax: "jsonc",
      container: always("context_servers"),
    },
    {
      reach: "project",
      path: join(places.project, ".zed", "settings.json"),
      syntax: "jsonc",
      container: always("context_servers"),
    },
  ],
  form: "plain",
  instructions: ({ project }, reach) => reach === "user" ? undefined : join(project, "AGENTS.md"),
  next: "Zed starts the server at once.",
};

function folder({ platform, config, settings }: Parameters<Client["traces"]>[0]): string {
  return platform === "windows" ? join(settings, "Zed") : join(config, "zed");
}
