import { dirname, isAbsolute, join, resolve } from "node:path";
import { Failure, messageOf } from "../core/errors.ts";
import { writeNew } from "../core/files.ts";
import { hex, type Random } from "../core/random.ts";

/** A file as it was read. */
export interface Snapshot {
  /** The name under which it is known. */
  readonly path: string;
  /** Where links lead from there: the file that is changed. */
  readonly target: string;
  /** What it holds, a byte order mark included; undefined when there is no such file. */
  readonly text: string | undefined;
}

/** A file that another program changed while it was looked at; nothing was written. */
export class Changed extends Failure {
  constructor(path: string) {
    super(`Cannot change ${path}: another program changed it meanwhile. Run the command again.`);
  }
}

/** What was written. */
export interface Written {
  /** The copy of what was there before, beside the file; undefined when nothing was. */
  readonly backup: string | undefined;
}

/** Reads a file. Throws a Failure when it is no UTF-8 text or cannot be read. */
export function readConfigFile(path: string): Snapshot {
  const target = follow(path);
  try {
    return { path, target, text: decode(Deno.readFileSync(target), path) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { path, target, text: undefined };
    }
    if (error instanceof Failure) throw error;
    throw new Failure(`Cannot read ${path}: ${messageOf(error)}.`);
  }
}

/** Who may read a file that is made: its owner alone, or everybody, as for files that belong to a project. */
export type Audience = "owner" | "everybody";

/**
 * Puts a text in a file's place, or removes the file when it is undefined: a copy of the old one beside it first (0600), then
 * whole or not at all, with the mode and owner that it had, and only when it still is what was read. Throws Changed
 * when it is not, and a Failure for everything else that hinders; the file is as it was then.
 */
export function writeConfigFile(
  read: Snapshot,
  text: string | undefined,
  audience: Audience,
  stamp: string,
  random: Random,
): Written {
  const { path, target } = read;
  try {
    if (read.text !== undefined) checkWritable(path, target);
    else Deno.mkdirSync(dirname(target), { recursive: true, mode: audience === "owner" ? 0o700 : 0o777 });
    if (readConfigFile(path).text !== read.text) throw new Changed(path);
    const backup = read.text === undefined ? undefined : keepCopy(target, read.text, stamp);
    if (text === undefined) Deno.removeSync(target);
    else replace(read, text, audience, random);
    syncFolder(dirname(target));
    if (readConfigFile(path).text !== text) throw new Changed(path);
    return { backup };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`Cannot change ${path}: ${messageOf(error)}. Check its permissions and the folder's.`);
  }
}

// A link may lead to a file that is not there yet.
function follow(path: string): string {
  let at = path;
  for (let links = 0; links < 40; links++) {
    let link: string;
    try {
      if (!Deno.lstatSync(at).isSymlink) return at;
      link = Deno.readLinkSync(at);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return at;
      throw new Failure(`Cannot read ${path}: ${messageOf(error)}.`);
    }
    at = isAbsolute(link) ? link : resolve(Deno.realPathSync(dirname(at)), link);
  }
  throw new Failure(`Cannot read ${path}: it is a link that leads in a circle.`);
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Failure(`Cannot change ${path}: it is no UTF-8 text. Save it as UTF-8.`);
  }
}

// A rename would replace a read-only file too.
function checkWritable(path: string, target: string): void {
  const { mode } = Deno.statSync(target);
  let open = mode === null || (mode & 0o222) !== 0;
  try {
    if (open) Deno.openSync(target, { write: true }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable)) {
      throw error;
    }
    open = false;
  }
  if (!open) {
    throw new Failure(`Cannot change ${path}: it is read-only. Make it writable, or leave it as it is.`);
  }
}

function keepCopy(target: string, text: string, stamp: string): string {
  for (let number = 0;; number++) {
    const copy = `${target}.bak-${stamp}${number === 0 ? "" : `-${number}`}`;
    try {
      writeNew(copy, text, 0o600);
      return copy;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists) || number > 99) throw error;
    }
  }
}

function replace(read: Snapshot, text: string, audience: Audience, random: Random): void {
  const { target } = read;
  const draft = join(dirname(target), `.kioku-mesh-${hex(random(6))}.tmp`);
  try {
    if (read.text === undefined) {
      writeNew(draft, text, audience === "owner" ? 0o600 : 0o644);
    } else {
      const { mode, uid, gid } = Deno.statSync(target);
      writeNew(draft, text, 0o600);
      if (Deno.build.os !== "windows") {
        giveTo(draft, uid, gid);
        if (mode !== null) Deno.chmodSync(draft, mode & 0o7777);
      }
    }
    // The last look: between this and the rename there is nothing but the system's own time.
    if (readConfigFile(read.path).text !== read.text) throw new Changed(read.path);
    Deno.renameSync(draft, target);
  } catch (error) {
    try {
      Deno.removeSync(draft);
    } catch {
      // It was never made.
    }
    throw error;
  }
}

// Only root gives files to others, as when a user's file is changed with sudo.
function giveTo(path: string, uid: number | null, gid: number | null): void {
  const now = Deno.statSync(path);
  if (now.uid !== uid || now.gid !== gid) Deno.chownSync(path, uid, gid);
}

// So that the rename lasts too. Not every system opens folders.
function syncFolder(path: string): void {
  try {
    using folder = Deno.openSync(path);
    folder.syncSync();
  } catch {
    return;
  }
}
