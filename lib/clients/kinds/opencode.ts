import { join } from "node:path";
import { isFile } from "../../core/files.ts";
import { isObject } from "../../core/json.ts";
import type { Client } from "../client.ts";
import { at } from "../document.ts";

/**
 * opencode: `mcp` in opencode.json or opencode.jsonc. Version 2 keeps servers one step deeper and still reads the flat form,
 * so a file's own form is followed. Its plugins are code for one of two interfaces that change, so it gets no hooks.
 */
export const opencode: Client = {
  id: "opencode",
  title: "opencode",
  family: "opencode",
  name: "kioku_mesh",
  programs: ["opencode"],
  traces: ({ config }) => [join(config, "opencode")],
  registries: ({ config, project }) => [
    { reach: "user", path: file(join(config, "opencode")), syntax: "jsonc", container },
    { reach: "project", path: file(project), syntax: "jsonc", container },
  ],
  form: "opencode",
  instructions: ({ config, project }, reach) =>
    join(reach === "user" ? join(config, "opencode") : project, "AGENTS.md"),
  next: "Start opencode again.",
};

function file(folder: string): string {
  const commented = join(folder, "opencode.jsonc");
  return isFile(commented) ? commented : join(folder, "opencode.json");
}

// A server of the flat form may be called `servers` as well; it has a type.
function container(value: unknown): readonly string[] {
  const inner = at(value, ["mcp", "servers"]);
  return isObject(inner) && typeof inner.type !== "string" ? ["mcp", "servers"] : ["mcp"];
}
