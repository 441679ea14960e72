import { resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { formatTime } from "../../core/time.ts";
import { finishImport, importState } from "../../memory/import.ts";
import type { FilesCall, FilesCommand } from "../command.ts";
import { keepOnly } from "../lockdown.ts";

/** The forms that `--from` can name. */
const FORMS = ["jsonl", "markdown", "python", "mcp-memory", "basic-memory", "agents-md"] as const;

/** `kioku-mesh import`: takes memories in from files; without any, tells what was taken over from the Python version. */
export const importCommand: FilesCommand = {
  access: "files",
  declare(declaration) {
    declaration
      .argument("[path...]", "files and folders; without any: what was taken over from the Python version")
      .option(
        "--from <form>",
        "jsonl and markdown as `export` writes them, python (a state folder), mcp-memory (the official memory server's " +
          "file), basic-memory, agents-md (CLAUDE.md, AGENTS.md, GEMINI.md: a memory a section); default: by name and content",
      )
      .option("--dry-run", "count, and take nothing")
      .option("-p, --project <name>", "other programs' notes: the project that they belong to")
      .option(
        "--visibility <tier>",
        "other programs' notes: mesh, user or team (default: as configured, else mesh)",
      )
      .option("--allow-secret", "take even what looks like a secret")
      .option("--done", "never look at the Python version's files again")
      .option("--json", "print the result as JSON");
  },
  async run(call) {
    const { options, args } = call;
    const from = options.choice("from", FORMS);
    if (args.length === 0) {
      const needsFiles = ["from", "dryRun", "project", "visibility", "allowSecret"];
      if (needsFiles.some((name) => options.has(name) || options.text(name) !== undefined)) {
        throw new UsageError("Cannot import: these options are for files. Name a file or a folder.");
      }
      keepOnly([]);
      return showTakenOver(call);
    }
    if (options.has("done")) {
      throw new UsageError("Cannot import: --done stands alone. Leave the files away.");
    }
    const { importPaths } = await import("../import_paths.ts");
    return importPaths(call, args.map((path) => resolve(path)), from);
  },
};

function showTakenOver({ memory, options, output }: FilesCall): 0 {
  if (options.has("done")) finishImport(memory);
  const { finishedAt, sources } = importState(memory);
  if (options.has("json")) {
    const files = sources.map(({ path, importedAt }) => ({ path, imported_at: formatTime(importedAt) }));
    output.line(JSON.stringify({ done_at: finishedAt ?? null, files }));
    return 0;
  }
  if (sources.length === 0) output.line("nothing was found that the Python version saved.");
  for (const { path, importedAt } of sources) {
    output.line(`${formatTime(importedAt).slice(0, 19)}  ${path}`);
  }
  if (finishedAt !== undefined) {
    output.line(`done: these files are not looked at any more (since ${finishedAt.slice(0, 19)}).`);
  } else if (sources.length > 0) {
    output.line("Each command takes over what is new in them; `kioku-mesh import --done` ends that.");
  }
  return 0;
}
