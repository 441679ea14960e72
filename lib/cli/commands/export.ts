import { resolve } from "node:path";
import { Failure, KiokuError, messageOf, UsageError } from "../../core/errors.ts";
import { type ExportChoice, exportRecords } from "../../memory/export.ts";
import { exportToPython } from "../../memory/export_python.ts";
import { type OpenMemory, openMemory } from "../../memory/open.ts";
import type { Store } from "../../store/store.ts";
import type { Ended, SetupCommand } from "../command.ts";
import type { Options } from "../options.ts";
import { type Output, ReaderGone } from "../output.ts";

/** How many records are written to a file at once, and after how many progress is shown. */
const BATCH = 500;

/** `kioku-mesh export`: writes everything that is stored, for other programs or for the Python version. */
export const exportCommand: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .argument(
        "[file]",
        "a new file for the records, one JSON text {key, payload} a line; - or nothing prints them",
      )
      .option("-p, --project <name>", "only this project")
      .option("--since <time>", "only memories and deletions since then: 2026-01-31, or 7d")
      .option("--to-python <folder>", "make a state folder that the Python version 1.2.0 reads in local mode")
      .option("--json", "print the result as JSON");
  },
  async run({ around, options, args, output }) {
    const [file = "-"] = args;
    const folder = options.filled("toPython");
    if (folder !== undefined && (args.length > 0 || options.filled("project") || options.filled("since"))) {
      throw new UsageError(
        "Cannot export: --to-python writes everything to its folder. Leave the rest away.",
      );
    }
    const choice = { project: options.filled("project"), since: options.moment("since", around.clock()) };
    const memory = await openMemory(around, (done, total) => {
      output.progress(`Taking over what the Python version saved: ${done} of ${total}`);
    });
    try {
      for (const notice of memory.notices) output.note(notice);
      if (folder !== undefined) return toPython(memory, resolve(folder), options, output);
      return file === "-"
        ? print(memory.store, choice, options, output)
        : toFile(memory.store, choice, resolve(file), options, output);
    } finally {
      memory.store.close();
    }
  },
};

function toPython(memory: OpenMemory, folder: string, options: Options, output: Output): Ended {
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

/** How many records were written. */
interface Counts {
  memories: number;
  deletions: number;
}

// The result goes where the records do not.
function print(store: Store, choice: ExportChoice, options: Options, output: Output): Ended {
  const counts = write(store, choice, output, (lines) => output.line(lines.slice(0, -1)));
  output.note(options.has("json") ? JSON.stringify(counts) : summary(counts));
  return 0;
}

function toFile(store: Store, choice: ExportChoice, path: string, options: Options, output: Output): Ended {
  const file = create(path);
  let whole = false;
  try {
    const encoder = new TextEncoder();
    const counts = write(store, choice, output, (lines) => {
      const bytes = encoder.encode(lines);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    });
    file.syncSync();
    whole = true;
    output.line(
      options.has("json") ? JSON.stringify({ file: path, ...counts }) : `${summary(counts)} to ${path}`,
    );
    return 0;
  } catch (error) {
    if (error instanceof KiokuError || error instanceof ReaderGone) throw error;
    throw new Failure(`Cannot export to ${path}: ${messageOf(error)}. Free some space or name another file.`);
  } finally {
    file.close();
    if (!whole) remove(path);
  }
}

// A memory may be private, so the file is its owner's alone.
function create(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { createNew: true, write: true, mode: 0o600 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new Failure(`Cannot export to ${path}: it is there already. Name a new file.`);
    }
    throw new Failure(`Cannot export to ${path}: ${messageOf(error)}. Name another file.`);
  }
}

function write(store: Store, choice: ExportChoice, output: Output, put: (lines: string) => void): Counts {
  const counts = { memories: 0, deletions: 0 };
  let lines = "";
  let done = 0;
  for (const { kind, key, payload } of exportRecords(store, choice)) {
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

function summary({ memories, deletions }: Counts): string {
  return `exported: ${memories} memories, ${deletions} deletions`;
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // What stopped the export stops this too.
  }
}
