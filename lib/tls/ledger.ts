import { join } from "node:path";
import type { Micros } from "../core/clock.ts";
import { Failure, messageOf } from "../core/errors.ts";
import { readTextIfAny } from "../core/files.ts";
import { formatEntry, type Issued, type LedgerEntry, parseEntry, type Revoked } from "./ledger_entry.ts";

/** The file in the tls folder of the authority's host that says what was signed and what of it was revoked. */
export const LEDGER_FILE = "ledger.jsonl";

const NEWLINE = 0x0a;

/** A certificate that the authority signed, and whether it still counts. */
export interface Leaf extends Issued {
  readonly revoked: Pick<Revoked, "at" | "reason"> | undefined;
}

/** Every certificate of the ledger in the order in which they were signed; none when there is no ledger. */
export function readLedger(tlsFolder: string): readonly Leaf[] {
  const path = join(tlsFolder, LEDGER_FILE);
  return leaves(readTextIfAny(path) ?? "", path);
}

/** The certificates that are neither revoked nor over. One that begins later counts. */
export function liveLeaves(ledger: readonly Leaf[], now: Micros): readonly Leaf[] {
  return ledger.filter(({ revoked, notAfter }) => revoked === undefined && notAfter > now);
}

/**
 * Adds to the ledger what `decide` makes of it, synced before this ends. Nobody else adds meanwhile; nothing is added when
 * `decide` throws.
 */
export async function addToLedger<T>(
  tlsFolder: string,
  decide: (ledger: readonly Leaf[]) => Promise<{ entries: readonly LedgerEntry[]; result: T }>,
): Promise<T> {
  const path = join(tlsFolder, LEDGER_FILE);
  using file = open(path);
  await file.lock(true);
  const before = Deno.readFileSync(path);
  const { entries, result } = await decide(leaves(new TextDecoder().decode(before), path));
  const bytes = new TextEncoder().encode(entries.map((entry) => `${formatEntry(entry)}\n`).join(""));
  try {
    // What follows the last line's end is the rest of a write that nobody was told of.
    const end = before.lastIndexOf(NEWLINE) + 1;
    file.truncateSync(end);
    file.seekSync(end, Deno.SeekMode.Start);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    file.syncSync();
  } catch (error) {
    throw new Failure(`Cannot write ${path}: ${messageOf(error)}. Check the folder's permissions and space.`);
  }
  return result;
}

function open(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  } catch (error) {
    throw new Failure(`Cannot write ${path}: ${messageOf(error)}. Check the folder's permissions.`);
  }
}

// A line that cannot be read may have been a revocation, so nothing is concluded without it.
function leaves(text: string, path: string): readonly Leaf[] {
  const issued: Issued[] = [];
  const revoked = new Map<string, Revoked>();
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n").slice(0, -1);
  for (const [index, line] of lines.entries()) {
    const entry = parseEntry(line);
    if (entry === undefined) {
      throw new Failure(
        `Cannot read ${path}: line ${
          index + 1
        } says nothing that this version knows. Restore the file from a backup.`,
      );
    }
    if (entry.event === "issued") issued.push(entry);
    else if (!revoked.has(entry.serial)) revoked.set(entry.serial, entry);
  }
  return issued.map((leaf) => ({ ...leaf, revoked: revoked.get(leaf.serial) }));
}
