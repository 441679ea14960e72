import { join } from "node:path";
import { HOST_CONFIG_FILE, type Mode, MODES } from "../../core/config.ts";
import { Failure, messageOf, UsageError } from "../../core/errors.ts";
import { readTextIfAny, writeWhole } from "../../core/files.ts";
import { findFolders } from "../../core/paths.ts";
import type { Ended, SetupCommand } from "../command.ts";

/** `kioku-mesh init`: says how this host takes part. */
export const init: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .option("--mode <mode>", "local (default): a memory on this machine alone")
      .option("--force", "change a configuration that is there; what it says besides is kept")
      .option("--print", "show what would be written, and write nothing")
      .option("--listen <endpoint...>", "for a hub or spoke")
      .option("--connect <endpoint...>", "for a spoke")
      .option("--out <path>", "for a hub or spoke")
      .option("--tls", "for a hub or spoke")
      .option("--install-systemd", "for a hub or spoke")
      .option("--adopt", "take over what the Python version had set up")
      .option("--json", "print the result as JSON");
  },
  async run({ around, options, output }): Promise<Ended> {
    const mode = options.choice<Mode>("mode", MODES) ?? "local";
    if (mode !== "local" || options.has("adopt")) {
      throw new UsageError(
        `Cannot set up ${
          options.has("adopt") ? "the Python version's mesh" : `a ${mode}`
        }: this version keeps memories ` +
          "on one machine. Use `kioku-mesh init --mode local`; what is saved then can be shared once a mesh is there.",
      );
    }
    if (options.has("tls")) {
      throw new UsageError("Cannot use --tls: a local memory has no connections. Leave it out.");
    }
    const path = join(findFolders(around.env, around.platform, isFolder).config, HOST_CONFIG_FILE);
    const before = readTextIfAny(path);
    const after = before === undefined ? "backend: local\n" : await withLocalBackend(before, path);
    if (before !== undefined && before !== after && !options.has("force")) {
      throw new Failure(
        `Cannot set up: ${path} is there already. Add --force to change its mode and keep the rest.`,
      );
    }
    if (options.has("print")) {
      output.line(after.trimEnd());
      return 0;
    }
    if (before !== after) writeWhole(path, after, around.random);
    if (options.has("json")) {
      output.line(JSON.stringify({ mode, path, written: before !== after }));
      return 0;
    }
    output.line(before === after ? `unchanged: ${path}` : `wrote ${path}`);
    output.line("local backend ready — nothing else to start.");
    output.line('next: kioku-mesh save "hello local"');
    return 0;
  },
};

/** The configuration with local mode, its other entries and comments as they were. */
async function withLocalBackend(text: string, path: string): Promise<string> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new UsageError(`Cannot change ${path}: it is not YAML (${messageOf(problem)}). Correct the file.`);
  }
  if (document.get("backend") === "local" && !document.has("mode")) return text;
  document.set("backend", "local");
  document.delete("mode");
  return String(document);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
