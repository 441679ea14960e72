import { join } from "node:path";
import { Failure, KiokuError, messageOf } from "./errors.ts";

/**
 * Fills a folder that is new or empty, readable by its owner alone, with what `fill` writes into it. When that fails, the
 * folder is as it was. Throws a Failure when it holds anything already or cannot be written; `action` names what was asked.
 */
export function fillFreshFolder<T>(folder: string, action: string, fill: () => T): T {
  const made = makeEmpty(folder, action);
  try {
    return fill();
  } catch (error) {
    clear(folder, made);
    if (error instanceof KiokuError) throw error;
    throw new Failure(
      `Cannot ${action} ${folder}: ${messageOf(error)}. Check the folder's permissions and space.`,
      { cause: error },
    );
  }
}

/** Makes the folder unless it is there and empty; gives whether it was made. */
function makeEmpty(folder: string, action: string): boolean {
  try {
    for (const _ of Deno.readDirSync(folder)) {
      throw new Failure(`Cannot ${action} ${folder}: it holds files already. Name a new or empty folder.`);
    }
    return false;
  } catch (error) {
    if (error instanceof KiokuError) throw error;
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new Failure(`Cannot ${action} ${folder}: ${messageOf(error)}. Name a new or empty folder.`);
    }
  }
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return true;
  } catch (error) {
    throw new Failure(`Cannot ${action} ${folder}: ${messageOf(error)}. Name another folder.`);
  }
}

function clear(folder: string, made: boolean): void {
  try {
    if (made) Deno.removeSync(folder, { recursive: true });
    else {
      for (const { name } of [...Deno.readDirSync(folder)]) {
        Deno.removeSync(join(folder, name), { recursive: true });
      }
    }
  } catch {
    // What stopped the work stops this too.
  }
}
