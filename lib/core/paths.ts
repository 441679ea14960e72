import { isAbsolute, join } from "node:path";
import type { Environment } from "./environment.ts";
import { Failure } from "./errors.ts";

/** Operating systems whose folders we know (compat data §3.1). */
export type Platform = "linux" | "macos" | "windows";

/** The folders of one user on one host, and what there was to say about finding them. */
export interface Folders {
  /** Where config.yaml is. */
  readonly config: string;
  /** Where the database is. */
  readonly state: string;
  /** Where what can be made anew is kept: the engine. */
  readonly cache: string;
  /** Sentences for the user, such as that a folder of the oldest name is in use. */
  readonly notices: readonly string[];
}

/** The name of the database file in the state folder. */
export const DATABASE_FILE = "kioku.db";

/** The name of the file in the state folder that the peer holds locked while it runs. */
export const PEER_LOCK_FILE = "peer.lock";

/** The folder in the state folder with the locks that show which sessions are there. */
export const SESSIONS_FOLDER = "sessions";

/** Our folder name, and the one of the Python version's first releases. */
const NAME = "kioku-mesh";
const OLD_NAME = "mesh-mem";

/**
 * Finds the folders (compat data §3.1): `KIOKU_MESH_STATE_DIR` as it stands, else the operating system's place. Where
 * only the folder of the oldest name exists, it is used. `exists` says whether a folder is there.
 */
export function findFolders(
  env: Environment,
  platform: Platform,
  exists: (path: string) => boolean,
): Folders {
  const notices: string[] = [];
  const choose = (base: string) => {
    const now = join(base, NAME);
    const before = join(base, OLD_NAME);
    if (!exists(before)) return now;
    if (exists(now)) {
      notices.push(`Both ${now} and ${before} exist; ${now} is used.`);
      return now;
    }
    notices.push(`Using the older folder ${before}. Rename it to ${now} when no older version needs it.`);
    return before;
  };
  const config = choose(env.other("XDG_CONFIG_HOME") ?? join(home(env, platform), ".config"));
  const state = env.ours("STATE_DIR") ?? defaultState(env, platform, choose);
  return { config, state, cache: join(cacheBase(env, platform), NAME), notices };
}

// The XDG base directory specification; on macOS and Windows their own places.
function cacheBase(env: Environment, platform: Platform): string {
  const named = env.other("XDG_CACHE_HOME");
  if (named !== undefined && isAbsolute(named)) return named;
  if (platform === "linux") return join(home(env, platform), ".cache");
  if (platform === "macos") return join(home(env, platform), "Library", "Caches");
  return join(env.other("LOCALAPPDATA") ?? join(home(env, platform), "AppData", "Local"), "Cache");
}

function defaultState(env: Environment, platform: Platform, choose: (base: string) => string): string {
  if (platform === "linux") return choose(join(home(env, platform), ".local", "share"));
  if (platform === "macos") return join(home(env, platform), "Library", "Application Support", NAME);
  return join(env.other("LOCALAPPDATA") ?? join(home(env, platform), "AppData", "Local"), NAME);
}

function home(env: Environment, platform: Platform): string {
  const found = platform === "windows" ? env.other("USERPROFILE") ?? env.other("HOME") : env.other("HOME");
  if (found !== undefined) return found;
  throw new Failure(
    "Cannot find your folders: HOME is not set. Set HOME, or KIOKU_MESH_STATE_DIR and XDG_CONFIG_HOME.",
  );
}
