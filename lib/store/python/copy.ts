import { join } from "node:path";
import { fileStamp } from "./stamp.ts";

/** How often a copy is tried of a file that is written meanwhile. */
const ATTEMPTS = 4;

/** A copy of a database. */
export interface DatabaseCopy {
  readonly path: string;
  /** Removes it; does nothing where open files cannot be removed. */
  discard(): void;
}

/**
 * Copies a database with its log and journal into a folder of its own in `scratch`, readable by its owner alone. The
 * copy is good when nothing was written while it was made. Throws what the operating system says, or that the file does
 * not keep still.
 */
export function copyDatabase(path: string, scratch: string): DatabaseCopy {
  const folder = Deno.makeTempDirSync({ dir: scratch, prefix: ".python-" });
  const discard = () => remove(folder);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const target = join(folder, `${attempt}.db`);
      const before = stampOf(path);
      for (const suffix of ["", "-wal", "-journal"]) copyIfThere(`${path}${suffix}`, `${target}${suffix}`);
      if (stampOf(path) === before) return { path: target, discard };
    }
    throw new Error("the database is locked by a program that keeps writing");
  } catch (error) {
    discard();
    throw error;
  }
}

function stampOf(path: string): string {
  return `${fileStamp(path)} ${fileStamp(`${path}-journal`)}`;
}

function copyIfThere(from: string, to: string): void {
  try {
    Deno.copyFileSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function remove(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch {
    // Gone already, or still open on a system that does not remove open files: closing tries again.
  }
}
