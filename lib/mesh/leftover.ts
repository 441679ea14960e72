import { readTextIfAny, writeWhole } from "../core/files.ts";
import { isObject } from "../core/json.ts";
import type { Random } from "../core/random.ts";
import { processIdentity } from "./processes.ts";
import { sleep, type Timer } from "./timer.ts";

/** Writes down which router runs, so that a later start can end it if nobody else did. */
export async function recordRouter(path: string, pid: number, random: Random): Promise<void> {
  const identity = await processIdentity(pid);
  if (identity !== undefined) writeWhole(path, `${JSON.stringify({ pid, identity })}\n`, random);
}

/**
 * Ends the router that was written down, if that very process still lives: its number, start and program must agree, so
 * that nobody else's process is touched. Returns whether there was one. The caller holds the lock of the state folder.
 */
export async function endLeftover(path: string, timer: Timer): Promise<boolean> {
  const record = read(path);
  if (record === undefined || await processIdentity(record.pid) !== record.identity) return false;
  try {
    Deno.kill(record.pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // It holds the lock of the database until it is gone; what program it ran is forgotten some time before that.
  for (let tries = 0; tries < 80; tries++) {
    const now = await processIdentity(record.pid);
    if (now === undefined || startOf(now) !== startOf(record.identity)) break;
    await sleep(timer, 50);
  }
  return true;
}

// An identity begins with when the process started and ends with its program.
function startOf(identity: string): string {
  return identity.slice(0, identity.lastIndexOf(" "));
}

/** Forgets the router that was written down: it has ended. */
export function forgetRouter(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was not written down.
  }
}

function read(path: string): { pid: number; identity: string } | undefined {
  try {
    const value: unknown = JSON.parse(readTextIfAny(path) ?? "null");
    if (!isObject(value) || typeof value.pid !== "number" || typeof value.identity !== "string") {
      return undefined;
    }
    return Number.isSafeInteger(value.pid) && value.pid > 1
      ? { pid: value.pid, identity: value.identity }
      : undefined;
  } catch {
    return undefined;
  }
}
