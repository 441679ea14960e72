import { join } from "node:path";
import { KiokuError, UsageError } from "../../core/errors.ts";
import { readTextIfAny, writeWhole } from "../../core/files.ts";
import { hex } from "../../core/random.ts";
import type { Micros } from "../../core/clock.ts";
import type { Observation } from "../../memory/observation.ts";
import { type Editable, editable } from "../../memory/editable.ts";
import { revisable, type Revised, reviseMemory } from "../../memory/revise.ts";
import type { FilesCall, FilesCommand } from "../command.ts";
import { edit as openEditor } from "../editor.ts";
import { readInput } from "../input.ts";
import { keepOnly } from "../lockdown.ts";
import type { Options } from "../options.ts";
import { reportRevision } from "../revision.ts";

/** `kioku-mesh edit`: changes a memory, in an editor or by options. */
export const editCommand: FilesCommand = {
  access: "editor",
  declare(declaration) {
    declaration
      .argument("<id>", "the memory's id, or its first 8 or more digits; without options an editor opens")
      .option("--content <text>", "the new content; - reads standard input")
      .option("-s, --subject <text>", "the new subject")
      .option("--summary <text>", "the new summary")
      .option("-p, --project <name>", "the project it belongs to")
      .option("-t, --tags <a,b>", "all its tags (`tag` adds and takes away)")
      .option("--memory-type <kind>", "note, decision, bug, pattern, config or summary")
      .option("--importance <1-5>", "5 concerns the whole project, 1 hardly matters")
      .option("--source-files <a,b>", "the files it is about")
      .option("--references <a,b>", "issues, commits or pages")
      .option("--expires-at <time>", "forget it at this time; never takes a time away")
      .option("--allow-secret", "save even what looks like a secret")
      .option("--json", "print the result as JSON");
  },
  async run(call) {
    const { memory, options, args, output } = call;
    const changed = fromOptions(options);
    const old = revisable(memory, args[0] ?? "");
    const revised = Object.keys(changed).length === 0
      ? await inEditor(call, old)
      : byOptions(call, old, changed);
    return reportRevision(revised, { memory, output, json: options.has("json") });
  },
};

function byOptions(
  { memory, options }: FilesCall,
  old: Observation,
  changed: Partial<Editable>,
): Revised | undefined {
  keepOnly([]);
  return reviseMemory(memory, old, changed, options.has("allowSecret"));
}

// The text lies in the state folder, which only its owner can read.
async function inEditor(
  { memory, around, options, output }: FilesCall,
  old: Observation,
): Promise<Revised | undefined> {
  const { formatDraft, parseDraft } = await import("../../memory/draft.ts");
  const before = formatDraft(editable(old));
  const path = join(memory.folders.state, `edit-${old.id.slice(0, 8)}-${hex(memory.random(4))}.md`);
  writeWhole(path, before, memory.random);
  let edited = false;
  try {
    await openEditor(path, around.env);
    keepOnly(["read", "write", "env"]);
    const after = readTextIfAny(path) ?? before;
    edited = after !== before;
    const revised = edited
      ? reviseMemory(memory, old, parseDraft(after), options.has("allowSecret"))
      : undefined;
    edited = false;
    return revised;
  } catch (error) {
    if (edited && error instanceof KiokuError) output.note(`What you wrote is kept in ${path}`);
    throw error;
  } finally {
    if (!edited) Deno.removeSync(path);
  }
}

function fromOptions(options: Options): Partial<Editable> {
  const content = options.text("content");
  const given: { [Name in keyof Editable]?: Editable[Name] | undefined } = {
    content: content === undefined ? undefined : readInput(content),
    subject: options.text("subject"),
    summary: options.text("summary"),
    project: options.text("project")?.trim(),
    tags: list(options, "tags"),
    memoryType: options.memoryType("memoryType"),
    importance: options.integer("importance", 1, 5),
    sourceFiles: list(options, "sourceFiles"),
    references: list(options, "references"),
  };
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return options.text("expiresAt") === undefined ? named : { ...named, expiresAt: expiry(options) };
}

function list(options: Options, name: string): readonly string[] | undefined {
  return options.text(name) === undefined ? undefined : options.list(name);
}

function expiry(options: Options): Micros | undefined {
  if (options.filled("expiresAt") === "never") return undefined;
  const time = options.time("expiresAt");
  if (time !== undefined) return time;
  throw new UsageError('Cannot use --expires-at "": it is not a time. Write 2026-01-31, or never.');
}
