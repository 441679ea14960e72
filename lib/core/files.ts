import { dirname } from "node:path";
import { Failure, messageOf } from "./errors.ts";
import { hex, type Random } from "./random.ts";

/** The text of a file; undefined when there is none. Throws a Failure that names the file for anything else. */
export function readTextIfAny(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw new Failure(`Cannot read ${path}: ${messageOf(error)}.`);
  }
}

/** Whether there is a folder of that path. */
export function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Whether there is a plain file of that path. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Writes a file whole or not at all: a draft beside it, synced, then a rename. The file and folders that are made for
 * it are readable by their owner alone.
 */
export function writeWhole(path: string, text: string, random: Random): void {
  const draft = `${path}.${hex(random(4))}.tmp`;
  try {
    Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeNew(draft, text, 0o600);
    Deno.renameSync(draft, path);
  } catch (error) {
    remove(draft);
    throw new Failure(`Cannot write ${path}: ${messageOf(error)}. Check the folder's permissions and space.`);
  }
}

/** Writes a file that must not be there yet; it is on the disk when this returns. Throws what Deno throws. */
export function writeNew(path: string, text: string, mode: number): void {
  const file = Deno.openSync(path, { createNew: true, write: true, mode });
  try {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    file.syncSync();
  } finally {
    file.close();
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made.
  }
}
