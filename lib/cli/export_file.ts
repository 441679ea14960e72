import { Failure, KiokuError, messageOf } from "../core/errors.ts";
import { ReaderGone } from "./output.ts";

/** Takes a piece of what is exported. */
export type Put = (text: string) => void;

/**
 * Writes a new file, readable by its owner alone since a memory may be private, with what `fill` puts into it: whole or not
 * at all. Throws a Failure when it is there already or cannot be written.
 */
export function writeExport<T>(path: string, fill: (put: Put) => T): T {
  const file = create(path);
  let whole = false;
  try {
    const encoder = new TextEncoder();
    const result = fill((text) => {
      const bytes = encoder.encode(text);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    });
    file.syncSync();
    whole = true;
    return result;
  } catch (error) {
    if (error instanceof KiokuError || error instanceof ReaderGone) throw error;
    throw new Failure(`Cannot export to ${path}: ${messageOf(error)}. Free some space or name another file.`);
  } finally {
    file.close();
    if (!whole) remove(path);
  }
}

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

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // What stopped the export stops this too.
  }
}
