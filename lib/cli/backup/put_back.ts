import { dirname, join } from "node:path";
import { Failure, messageOf } from "../../core/errors.ts";
import { isFile, isFolder } from "../../core/files.ts";
import { HOST_ID_FILE } from "../../core/host_id.ts";
import { newId } from "../../core/ids.ts";
import { DATABASE_FILE, PEER_LOCK_FILE } from "../../core/paths.ts";
import type { Random } from "../../core/random.ts";
import { formatTime } from "../../core/time.ts";
import type { Clock } from "../../core/clock.ts";
import { Held } from "../../store/exclusive.ts";
import { isLocked } from "../../store/lock.ts";
import { type ConfigPart, DATABASE_PART } from "./parts.ts";
import type { Unpacked } from "./read.ts";

/** Where a backup goes, and how. */
export interface PutBack {
  readonly state: string;
  /** This is the host that the backup was made on, and the only one that will go on with it. */
  readonly sameHost: boolean;
  /** Set aside what is there. */
  readonly force: boolean;
  readonly config: readonly ConfigPart[];
  readonly clock: Clock;
  readonly random: Random;
}

/** What was put where. */
export interface Restored {
  readonly hostId: string;
  /** Where the state folder that was there is now. */
  readonly aside: string | undefined;
  /** Files of configuration that were written. */
  readonly written: readonly string[];
  /** Those that were there and stayed as they are. */
  readonly kept: readonly string[];
  /** Names of parts that say which host this is, and were therefore left out. */
  readonly ofOtherHost: readonly string[];
}

/**
 * Refuses to restore over what is there, or while it is in use. Throws a Failure.
 */
export function requireRoom(state: string, force: boolean): void {
  if (!isFolder(state)) return;
  if ([...Deno.readDirSync(state)].length === 0) return;
  if (!force) {
    throw new Failure(
      `Cannot restore into ${state}: it is in use already. Add --force to set it aside under another name, or set ` +
        "KIOKU_MESH_STATE_DIR to a new folder.",
    );
  }
  if (isLocked(join(state, PEER_LOCK_FILE))) {
    throw new Failure("Cannot restore: the peer runs on this host. End it and try again.");
  }
}

/** Puts the parts of a backup, unpacked in a folder beside the state folder, where they belong. Throws a Failure. */
export function putBack({ manifest, files }: Unpacked, folder: string, to: PutBack): Restored {
  const hostId = to.sameHost ? manifest.hostId : newId(to.random);
  const fresh = join(folder, "state");
  Deno.mkdirSync(fresh, { mode: 0o700 });
  const database = files.get(DATABASE_PART);
  if (database === undefined) throw new TypeError("A backup that was examined holds a database");
  Deno.renameSync(database, join(fresh, DATABASE_FILE));
  Deno.writeTextFileSync(join(fresh, HOST_ID_FILE), `${hostId}\n`, { createNew: true, mode: 0o600 });
  const aside = replaceState(fresh, to);
  return { hostId, aside, ...putConfig(files, to) };
}

function replaceState(fresh: string, { state, force, clock }: PutBack): string | undefined {
  let aside: string | undefined;
  try {
    if (isFolder(state) && [...Deno.readDirSync(state)].length > 0) {
      requireRoom(state, force);
      const stamp = formatTime(clock()).slice(0, 19).replaceAll(/[-:]/g, "");
      aside = `${state}.before-restore-${stamp}Z`;
      moveAside(state, aside);
    } else if (isFolder(state)) Deno.removeSync(state);
    Deno.renameSync(fresh, state);
    return aside;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      `Cannot restore into ${state}: ${messageOf(error)}. ${
        aside === undefined ? "Nothing was changed." : `What was there is now ${aside}.`
      }`,
    );
  }
}

// While the database is held, no other process has it open, so none goes on writing to what is set aside.
function moveAside(state: string, aside: string): void {
  const database = join(state, DATABASE_FILE);
  if (!isFile(database)) return Deno.renameSync(state, aside);
  const held = new Held(database, "restore");
  // There no folder with open files can be renamed.
  if (Deno.build.os === "windows") held[Symbol.dispose]();
  using _ = held;
  Deno.renameSync(state, aside);
}

// Configuration that is there is somebody's own and stays.
function putConfig(
  files: ReadonlyMap<string, string>,
  { config, sameHost }: PutBack,
): Pick<Restored, "written" | "kept" | "ofOtherHost"> {
  const written: string[] = [];
  const kept: string[] = [];
  const ofOtherHost: string[] = [];
  for (const part of config) {
    const from = files.get(part.name);
    if (from === undefined) continue;
    if (part.ofHost && !sameHost) ofOtherHost.push(part.name);
    else if (isFile(part.path)) kept.push(part.path);
    else {
      Deno.mkdirSync(dirname(part.path), { recursive: true, mode: 0o700 });
      const bytes = Deno.readFileSync(from);
      Deno.writeFileSync(part.path, bytes, { createNew: true, mode: 0o600 });
      written.push(part.path);
    }
  }
  return { written, kept, ofOtherHost };
}
