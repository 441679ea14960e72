import { basename, dirname, isAbsolute, join } from "node:path";
import { type Tally, tallyOf } from "../clients/transcript.ts";
import { isFile, readTextIfAny } from "../core/files.ts";
import { isObject, type JsonObject } from "../core/json.ts";

/** What a client tells a hook, and what its transcript shows. */
export interface HookInput {
  readonly project: string;
  /** How the session began: startup, resume, clear, compact; empty when the client does not say. */
  readonly source: string;
  /** What the user has just written, for a prompt. */
  readonly prompt: string;
  readonly transcript: string | undefined;
  /** Counted in the end of the transcript. */
  readonly tally: Tally;
}

/** The most that is read of standard input and of a transcript's end. Bytes. */
const MOST_INPUT = 1_000_000;
const MOST_TRANSCRIPT = 512_000;

/**
 * Reads what the client sends, and the end of the transcript that it names, if that is a plain file. Tolerates anything:
 * what cannot be read counts as not there.
 */
export function readHookInput(workingFolder: string): HookInput {
  const said = parse(Deno.stdin.isTerminal() ? "" : readStdin());
  const text = (...names: string[]) => {
    for (const name of names) {
      const value = said[name];
      if (typeof value === "string") return value;
    }
    return undefined;
  };
  const roots = said.workspace_roots;
  const root: unknown = Array.isArray(roots) ? roots[0] : undefined;
  const folder = text("cwd") ?? (typeof root === "string" ? root : undefined) ?? workingFolder;
  const transcript = text("transcript_path", "transcriptPath");
  return {
    project: projectOf(isAbsolute(folder) ? folder : workingFolder),
    source: text("source") ?? "",
    prompt: text("prompt", "user_prompt") ?? "",
    transcript,
    tally: tallyOf(transcript === undefined ? "" : endOf(transcript)),
  };
}

/** The name of the project of a folder: that of the repository it belongs to, else its own. */
export function projectOf(folder: string): string {
  for (let at = folder;; at = dirname(at)) {
    const git = join(at, ".git");
    if (isThere(git)) {
      // A working tree beside its repository names it.
      const link = isFile(git)
        ? /^gitdir: (.+)[\\/]\.git[\\/]worktrees[\\/]/.exec(readTextIfAny(git) ?? "")
        : null;
      return basename(link?.[1] ?? at);
    }
    if (dirname(at) === at) return basename(folder);
  }
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function readStdin(): string {
  const bytes = new Uint8Array(MOST_INPUT);
  let length = 0;
  while (length < MOST_INPUT) {
    const read = Deno.stdin.readSync(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}

// From a line's beginning on: the first piece of a line says nothing.
function endOf(path: string): string {
  try {
    const { isFile: plain, size } = Deno.statSync(path);
    if (!plain || !isAbsolute(path)) return "";
    using file = Deno.openSync(path);
    const start = Math.max(0, size - MOST_TRANSCRIPT);
    file.seekSync(start, Deno.SeekMode.Start);
    const bytes = new Uint8Array(size - start);
    let length = 0;
    while (length < bytes.length) {
      const read = file.readSync(bytes.subarray(length));
      if (read === null) break;
      length += read;
    }
    const text = new TextDecoder().decode(bytes.subarray(0, length));
    return start === 0 ? text : text.slice(text.indexOf("\n") + 1);
  } catch {
    return "";
  }
}
