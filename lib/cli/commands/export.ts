import { dirname, join, resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { fillFreshFolder } from "../../core/fresh_folder.ts";
import { exportMemories, exportRecords } from "../../memory/export.ts";
import type { ExportChoice } from "../../memory/export_choice.ts";
import type { OpenMemory } from "../../memory/open.ts";
import { neutralise } from "../../memory/render/neutralise.ts";
import type { Ended, FilesCall, FilesCommand } from "../command.ts";
import { type Put, writeExport } from "../export_file.ts";
import { filledList, memoryTypes, scope } from "../memory_filters.ts";
import type { Options } from "../options.ts";

/** How many records are written to a file at once, and after how many progress is shown. */
const BATCH = 500;

/** `kioku-mesh export`: writes what is stored, for other programs, for people or for the Python version. */
export const exportCommand: FilesCommand = {
  access: "files",
  declare(declaration) {
    declaration
      .argument("[file]", "a new file, or with --format folder a new folder; - or nothing prints")
      .option(
        "--format <form>",
        "jsonl (default): every record, {key, payload} a line; markdown: memories in one file; folder: one file each",
      )
      .option("-p, --project <name>", "only this project")
      .option("-t, --tags <a,b>", "only with all of these tags")
      .option("--memory-type <kind,kind>", "only these kinds")
      .option("--scope <scope>", "only of this scope: mesh, user/NAME or team/NAME")
      .option("--since <time>", "only memories and deletions since then: 2026-01-31, or 7d")
      .option("--until <time>", "only until then")
      .option("--include-superseded", "markdown and folder: also what newer memories have replaced")
      .option("--to-python <folder>", "make a state folder that the Python version 1.2.0 reads in local mode")
      .option("--json", "print the result as JSON");
  },
  async run(call) {
    const { options, args, memory } = call;
    const folder = options.filled("toPython");
    const format = options.choice("format", ["jsonl", "markdown", "folder"]) ?? "jsonl";
    const choice = readChoice(options, memory);
    const superseded = options.has("includeSuperseded");
    if (folder !== undefined) {
      if (args.length > 0 || superseded || options.text("format") || Object.values(choice).some(isGiven)) {
        throw new UsageError(
          "Cannot export: --to-python writes everything to its folder. Leave the rest away.",
        );
      }
      return await toPython(call, resolve(folder));
    }
    if (format === "jsonl" && superseded) {
      throw new UsageError("Cannot export: jsonl has every record anyway. Leave --include-superseded away.");
    }
    const [file = "-"] = args;
    if (format === "folder") {
      if (file !== "-") return await toFolder(call, choice, resolve(file));
      throw new UsageError(
        "Cannot export: a folder has no place on standard output. Name a new or empty folder.",
      );
    }
    const write = format === "jsonl"
      ? (put: Put) => writeRecords(call, choice, put)
      : await markdownWriter(call, choice, file === "-");
    return file === "-" ? print(call, write) : toFile(call, resolve(file), write);
  },
};

/** How many records were written. */
interface Counts {
  readonly memories: number;
  /** Undefined for a form that has none. */
  readonly deletions?: number;
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
}

function readChoice(options: Options, { clock }: OpenMemory): ExportChoice {
  return {
    project: options.filled("project"),
    tags: filledList(options.list("tags")),
    memoryTypes: memoryTypes(options),
    scope: scope(options),
    since: options.moment("since", clock()),
    until: options.moment("until", clock()),
  };
}

// Only a folder for the Python version needs what makes one.
async function toPython({ memory, options, output }: FilesCall, folder: string): Promise<Ended> {
  const { exportToPython } = await import("../../memory/export_python.ts");
  const { memories, deletions, leftOut } = exportToPython(memory, folder);
  if (options.has("json")) {
    output.line(JSON.stringify({ folder, memories, deletions, left_out: leftOut }));
    return 0;
  }
  output.line(`exported: ${memories} memories, ${deletions} deletions to ${folder}`);
  if (leftOut > 0) {
    output.line(`left out: ${leftOut} records whose id is there from another scope`);
  }
  output.line("The Python version reads it with KIOKU_MESH_STATE_DIR set to this folder, in local mode.");
  return 0;
}

/** Writes records piece by piece, and counts them. */
type Write = (put: Put) => Counts;

// The result goes where the records do not.
function print({ options, output }: FilesCall, write: Write): Ended {
  const counts = write((text) => output.line(text.slice(0, -1)));
  output.note(options.has("json") ? JSON.stringify(counts) : summary(counts));
  return 0;
}

function toFile({ options, output }: FilesCall, path: string, write: Write): Ended {
  const counts = writeExport(path, write);
  output.line(
    options.has("json") ? JSON.stringify({ file: path, ...counts }) : `${summary(counts)} to ${path}`,
  );
  return 0;
}

function writeRecords({ memory, output }: FilesCall, choice: ExportChoice, put: Put): Counts {
  const counts = { memories: 0, deletions: 0 };
  let lines = "";
  let done = 0;
  for (const { kind, key, payload } of exportRecords(memory.store, choice)) {
    counts[kind === "observation" ? "memories" : "deletions"]++;
    lines += `${JSON.stringify({ key, payload })}\n`;
    if (++done % BATCH !== 0) continue;
    put(lines);
    lines = "";
    output.progress(`Exporting: ${done} records`);
  }
  if (lines !== "") put(lines);
  return counts;
}

async function markdownWriter(
  { memory, options, output }: FilesCall,
  choice: ExportChoice,
  printed: boolean,
): Promise<Write> {
  const { MARKDOWN_START, markdownEntry } = await import("../../memory/markdown.ts");
  // A terminal obeys control characters; a file and a pipe get the text as it was saved.
  const shown = printed && output.isTerminal ? neutralise : (text: string) => text;
  return (put) => {
    let memories = 0;
    put(MARKDOWN_START);
    for (const observation of exportMemories(memory, choice, options.has("includeSuperseded"))) {
      put(shown(markdownEntry(observation)));
      if (++memories % BATCH === 0) output.progress(`Exporting: ${memories} memories`);
    }
    return { memories };
  };
}

async function toFolder(
  { memory, options, output }: FilesCall,
  choice: ExportChoice,
  folder: string,
): Promise<Ended> {
  const { markdownFile, markdownPath } = await import("../../memory/markdown.ts");
  const memories = fillFreshFolder(folder, "export to", () => {
    let done = 0;
    for (const observation of exportMemories(memory, choice, options.has("includeSuperseded"))) {
      const path = join(folder, markdownPath(observation));
      Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      Deno.writeTextFileSync(path, markdownFile(observation), { createNew: true, mode: 0o600 });
      if (++done % BATCH === 0) output.progress(`Exporting: ${done} memories`);
    }
    return done;
  });
  output.line(
    options.has("json") ? JSON.stringify({ folder, memories }) : `${summary({ memories })} to ${folder}`,
  );
  return 0;
}

function summary({ memories, deletions }: Counts): string {
  return `exported: ${memories} memories${deletions === undefined ? "" : `, ${deletions} deletions`}`;
}
