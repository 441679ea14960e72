import { join } from "node:path";
import { Failure, messageOf } from "../../core/errors.ts";
import { digestOf, type Manifest } from "./manifest.ts";

/** The engine is there but not what it should be; it is not run. */
export class EngineRefused extends Failure {}

/**
 * Reads every file of the manifest anew and compares it. Throws an EngineRefused that names the first file that is
 * missing, changed, not a plain file, or that others may write to; the folder may not be writable to others either,
 * since a file that is right now could be replaced before it runs. About 150 ms for the 45 MB of an engine.
 */
export async function verifyEngine(folder: string, manifest: Manifest): Promise<void> {
  checkPlace(folder, true);
  for (const [name, expected] of manifest) {
    const path = join(folder, name);
    checkPlace(path, false);
    if (await digestOf(await Deno.readFile(path)) !== expected) {
      throw refused(path, "it is not what its manifest says");
    }
  }
}

function checkPlace(path: string, isFolder: boolean): void {
  let info: Deno.FileInfo;
  try {
    info = isFolder ? Deno.statSync(path) : Deno.lstatSync(path);
  } catch (error) {
    throw refused(path, messageOf(error));
  }
  if (isFolder ? !info.isDirectory : !info.isFile) {
    throw refused(path, `it is no ${isFolder ? "folder" : "plain file"}`);
  }
  if (info.mode !== null && (info.mode & 0o022) !== 0) throw refused(path, "others may write to it");
}

function refused(path: string, why: string): EngineRefused {
  return new EngineRefused(`Cannot run the engine: ${path}: ${why}. Provide it anew.`);
}
