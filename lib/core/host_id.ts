import { join } from "node:path";
import { Failure, messageOf } from "./errors.ts";
import { isId, newId } from "./ids.ts";
import type { Random } from "./random.ts";
import { hex } from "./random.ts";

/** The file in the state folder that holds this host's id (compat data §3.1). */
export const HOST_ID_FILE = "pc_id";

/**
 * This host's id, made at first use. The file appears whole or not at all (a temporary file and a hard link), so that
 * processes that start together agree on one id.
 */
export function hostId(state: string, random: Random): string {
  const path = join(state, HOST_ID_FILE);
  return read(path) ?? create(path, state, random);
}

function read(path: string): string | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(path).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Failure(`Cannot read this host's id in ${path}: ${messageOf(error)}.`);
  }
  if (isId(text)) return text;
  throw new Failure(
    `Cannot read this host's id: ${path} does not hold 32 hexadecimal digits. Restore the file, or remove it to get a new id.`,
  );
}

function create(path: string, state: string, random: Random): string {
  const id = newId(random);
  const draft = join(state, `.${HOST_ID_FILE}.tmp.${Deno.pid}.${hex(random(4))}`);
  try {
    Deno.writeTextFileSync(draft, `${id}\n`, { createNew: true, mode: 0o600 });
    Deno.linkSync(draft, path);
    return id;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return read(path) ?? id;
    throw new Failure(
      `Cannot write this host's id to ${path}: ${messageOf(error)}. Check the folder's permissions.`,
    );
  } finally {
    try {
      Deno.removeSync(draft);
    } catch {
      // The draft was never made.
    }
  }
}
