import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { loadConfiguration } from "../core/configuration.ts";
import type { HostConfig } from "../core/config.ts";
import type { Environment } from "../core/environment.ts";
import { Failure, messageOf } from "../core/errors.ts";
import { isFile, isFolder } from "../core/files.ts";
import { hostId } from "../core/host_id.ts";
import { type Login, resolveIdentity } from "../core/identity.ts";
import { DATABASE_FILE, findFolders, type Folders, PEER_LOCK_FILE, type Platform } from "../core/paths.ts";
import type { Random } from "../core/random.ts";
import { resolveSettings, type Settings } from "../core/settings.ts";
import { type CertifiedIdentity, readIdentityFile } from "../trust/identity_file.ts";
import { openSigner } from "../trust/signer.ts";
import { isLocked, watchLock } from "../store/lock.ts";
import { openStore } from "../store/open.ts";
import { pythonFiles } from "../store/python/files.ts";
import type { MemoryContext } from "./context.ts";
import type { ImportProgress } from "./import.ts";

/** The surroundings of the process, passed in so that tests can make their own. */
export interface Surroundings {
  readonly env: Environment;
  readonly platform: Platform;
  readonly login: Login;
  readonly workingFolder: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Where the certificates are unless config.yaml says otherwise, and the authority among them (compat cli §5). */
const TLS_FOLDER = "tls";
const AUTHORITY_FILE = "ca.crt";

/** An open memory with where it lies and what the user should be told about it. */
export interface OpenMemory extends MemoryContext {
  readonly folders: Folders;
  /** Where this host's certificates are, if it has any. */
  readonly tlsFolder: string;
  /** What people call this machine. */
  readonly hostName: string;
  /** The folder that the program was started in. */
  readonly workingFolder: string;
  /** What config.yaml says. */
  readonly host: HostConfig;
  /** What this host's certificate says; undefined when its links are plain. */
  readonly certificate: CertifiedIdentity | undefined;
  /** Whether the process that talks to the mesh runs on this host now. */
  readonly peerRuns: () => boolean;
  readonly notices: readonly string[];
}

/**
 * Opens this user's memory: finds folders and configuration, makes the state folder and the host's id at first use,
 * opens the database and takes over what Python's version has written since the last time (DESIGN §4). After this
 * nothing else has to be opened, so the process can drop its permissions.
 */
export async function openMemory(around: Surroundings, progress: ImportProgress): Promise<OpenMemory> {
  const { env, platform, clock, random } = around;
  const folders = findFolders(env, platform, isFolder);
  const configuration = await loadConfiguration(folders.config, around.workingFolder);
  const { host, project } = configuration;
  const certified = host.tls === undefined ? undefined : readIdentityFile(host.tls);
  const tlsFolder = host.tls ?? join(folders.config, TLS_FOLDER);
  const configured = resolveSettings(env, project, host, {
    certified,
    tracesOfPython: hasTracesOfPython(folders),
    hasAuthority: isFile(join(tlsFolder, AUTHORITY_FILE)),
  });
  makeStateFolder(folders.state);
  const { settings, peerRuns } = withPeer(configured, join(folders.state, PEER_LOCK_FILE));
  const identity = resolveIdentity(env, around.login, hostId(folders.state, random), clock(), random);
  const store = openStore(join(folders.state, DATABASE_FILE), clock);
  const { signer, notice } = openSigner(tlsFolder, identity.pcId);
  const context: MemoryContext = { store, clock, random, identity, settings, signer };
  const imported = await takeOver(context, folders.state, env.ours("INDEX_DB"), progress);
  const old = env.oldNames();
  const notices = [
    ...folders.notices,
    ...(old.length === 0
      ? []
      : [`The variables ${old.join(", ")} have new names: KIOKU_MESH_… instead of MESH_MEM_….`]),
    ...(identity.warning === undefined ? [] : [identity.warning]),
    ...(settings.uncertified.length === 0
      ? []
      : [`Left out, since this host's certificate is not for it: ${settings.uncertified.join(", ")}.`]),
    ...(notice === undefined ? [] : [notice]),
    ...imported,
  ];
  const { login, workingFolder } = around;
  return {
    ...context,
    folders,
    tlsFolder,
    hostName: login.host,
    workingFolder,
    host,
    certificate: certified,
    peerRuns,
    notices,
  };
}

// What takes over is loaded only where there is something: most hosts never had the Python version, and it costs 3 ms.
async function takeOver(
  context: MemoryContext,
  state: string,
  indexPath: string | undefined,
  progress: ImportProgress,
): Promise<readonly string[]> {
  const { raw, pending, localIndex, index } = pythonFiles(state, indexPath);
  const there = [raw, pending, localIndex, index].some((path) => path !== undefined && isFile(path));
  if (!there) return [];
  const { importChanges } = await import("./import.ts");
  return importChanges(context, state, indexPath, progress).notices;
}

/**
 * Looks at the peer's lock, opened now since nothing can be opened later. A local host on which a peer runs all the same
 * tries a mesh out (`mesh start`, `mesh join`): what it saves meanwhile goes out.
 */
function withPeer(configured: Settings, lock: string): { settings: Settings; peerRuns: () => boolean } {
  if (configured.mode === "python" || (configured.mode === "local" && !isLocked(lock))) {
    return { settings: configured, peerRuns: () => false };
  }
  const watch = watchLock(lock);
  const settings: Settings = configured.mode === "local" ? { ...configured, mode: "spoke" } : configured;
  return { settings, peerRuns: () => watch.locked() };
}

// The router's configuration and the index beside it exist only where Python's version was part of a mesh.
function hasTracesOfPython({ config, state }: Folders): boolean {
  return isFile(join(config, "zenohd.json5")) || isFile(join(state, "index.db"));
}

/** Makes the state folder, its owner's alone (DESIGN §4). One that was there keeps its permissions: it may serve others too. */
export function makeStateFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw new Failure(`Cannot make the state folder ${path}: ${messageOf(error)}. Check its permissions.`);
  }
}
