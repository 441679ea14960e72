import { basename, dirname, join, relative } from "node:path";
import { Failure, messageOf, UsageError } from "../../core/errors.ts";
import { parseFrontMatter } from "../../core/front_matter.ts";
import { isFile } from "../../core/files.ts";
import { isObject } from "../../core/json.ts";
import { type Line, linesOf } from "../../core/lines.ts";
import { DATABASE_FILE } from "../../core/paths.ts";
import { pythonFiles } from "../../store/python/files.ts";
import { looksLikeBasicMemory, readBasicMemory } from "./basic_memory.ts";
import type { Entry, Format } from "./entry.ts";
import { looksExported, readExported } from "./exported.ts";
import { jsonOf, parseLine, readJsonLines } from "./jsonl.ts";
import { readMcpMemory } from "./mcp_memory.ts";
import { readSections } from "./sections.ts";

/** The largest file that is read whole, in bytes; lines of JSON are not. */
const LARGEST = 268_435_456;

/** Files of instructions for agents, by their names. */
const INSTRUCTIONS = /^(?:CLAUDE|AGENTS|GEMINI)(?:\.\w+)?\.md$/i;

/** A file that cannot be read, or not on. What stood before that place is taken. */
export class UnreadableFile extends Failure {}

/** A file to take memories from. */
export interface Source {
  readonly path: string;
  /** Undefined when none fits. */
  readonly format: Format | undefined;
  /** What it holds, read while it is asked for. Throws an UnreadableFile. */
  entries(): Iterable<Entry>;
}

/** What is known about files besides what stands in them. */
export interface SourceOptions {
  /** Undefined: by name and content. */
  readonly format: Format | undefined;
  /** The project of notes of other programs; undefined: by the folder where that says it. */
  readonly project: string | undefined;
  /** How a person writes a path. */
  readonly shown: (path: string) => string;
}

/** Whether a folder is a state folder of Python's version. */
export function isPythonFolder(path: string): boolean {
  const { raw, pending, localIndex, index } = pythonFiles(path, undefined);
  return [raw, pending, localIndex, index].some((file) => file !== undefined && isFile(file));
}

/**
 * The files to take memories from that a path names: itself, or the Markdown files in a folder, but not in folders whose
 * names begin with a dot. Throws a Failure when there is nothing, a UsageError for a state folder of ours.
 */
export function sourcesAt(path: string, options: SourceOptions): Source[] {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (error) {
    throw new Failure(`Cannot import ${path}: ${messageOf(error)}. Name a file or folder that is there.`);
  }
  if (!info.isDirectory) {
    return [sourceOf(path, basename(path), { ...options, format: options.format ?? detect(path) }, info)];
  }
  if (isFile(join(path, DATABASE_FILE))) {
    throw new UsageError(
      `Cannot import ${path}: it is a state folder of this program. Run \`KIOKU_MESH_STATE_DIR=${path} kioku-mesh export FILE\` and import FILE.`,
    );
  }
  const files = markdownFiles(path);
  if (files.length > 0) {
    return files.map((file) =>
      sourceOf(file, relative(path, file), { ...options, format: formIn(file, options) })
    );
  }
  throw new Failure(
    `Cannot import ${path}: it holds neither Markdown files nor files of the Python version.`,
  );
}

function markdownFiles(folder: string): string[] {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  return entries.flatMap(({ name, isDirectory, isFile }) => {
    if (isDirectory) return name.startsWith(".") ? [] : markdownFiles(join(folder, name));
    return isFile && name.toLowerCase().endsWith(".md") ? [join(folder, name)] : [];
  });
}

function sourceOf(path: string, below: string, options: SourceOptions, info = Deno.statSync(path)): Source {
  if (info.size > LARGEST && /\.md$/i.test(path)) {
    throw new Failure(
      `Cannot import ${path}: it is larger than ${LARGEST} bytes. Export it as a folder or as jsonl.`,
    );
  }
  const { format } = options;
  return {
    path,
    format,
    entries: () => format === undefined ? [] : read(path, below, format, options, info),
  };
}

// A file of a folder that cannot be read stops no other.
function formIn(file: string, { format }: SourceOptions): Format | undefined {
  if (format !== undefined) return format;
  try {
    return detect(file);
  } catch (error) {
    if (error instanceof UnreadableFile) return undefined;
    throw error;
  }
}

function detect(path: string): Format | undefined {
  if (/\.md$/i.test(path)) {
    if (INSTRUCTIONS.test(basename(path))) return "agents-md";
    const text = readText(path);
    if (looksExported(text)) return "markdown";
    return looksLikeBasicMemory(text) ? "basic-memory" : undefined;
  }
  const line = firstLine(path);
  if (parseLine(line) !== undefined) return "jsonl";
  const value = jsonOf(line);
  return isObject(value) && (value.type === "entity" || value.type === "relation") ? "mcp-memory" : undefined;
}

function read(
  path: string,
  below: string,
  format: Format,
  { project, shown }: SourceOptions,
  info: Deno.FileInfo,
): Iterable<Entry> {
  const source = shown(path);
  const folder = basename(dirname(path));
  // A hidden folder is a program's own, such as ~/.claude.
  const ofFolder = project ?? (folder.startsWith(".") ? "" : folder);
  switch (format) {
    case "jsonl":
      return readLines(path, readJsonLines);
    case "mcp-memory":
      return readLines(path, (lines) => readMcpMemory(lines, source, project ?? ""));
    case "markdown":
      return readExported(readText(path), below);
    case "agents-md":
      return readSections({
        text: withoutHead(readText(path)),
        file: basename(path),
        source,
        project: ofFolder,
      });
    case "basic-memory":
      return readBasicMemory({
        text: readText(path),
        path: below.replaceAll("\\", "/"),
        source,
        project: project ?? "",
        modifiedAt: info.mtime === null ? undefined : info.mtime.getTime() * 1000,
      });
  }
}

function* readLines(
  path: string,
  entriesOf: (lines: Iterable<Line>) => Iterable<Entry>,
): Generator<Entry> {
  const file = reading(path, () => Deno.openSync(path));
  try {
    yield* entriesOf(linesIn(path, file));
  } finally {
    file.close();
  }
}

function* linesIn(path: string, file: Deno.FsFile): Generator<Line> {
  const lines = linesOf(file);
  for (;;) {
    const next = reading(path, () => lines.next());
    if (next.done) return;
    yield next.value;
  }
}

function firstLine(path: string): string | undefined {
  const file = reading(path, () => Deno.openSync(path));
  try {
    for (const { text } of linesIn(path, file)) if (text?.trim() !== "") return text;
    return undefined;
  } finally {
    file.close();
  }
}

function readText(path: string): string {
  return reading(path, () => {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Deno.readFileSync(path));
    } catch (error) {
      if (error instanceof TypeError) throw new Error("it is not UTF-8 text");
      throw error;
    }
  });
}

function reading<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UnreadableFile(`Cannot import ${path}: ${messageOf(error)}.`);
  }
}

function withoutHead(text: string): string {
  try {
    return parseFrontMatter(text).body;
  } catch {
    return text;
  }
}
