import { join } from "node:path";
import { Failure } from "../../core/errors.ts";
import { readTextIfAny } from "../../core/files.ts";
import type { Random } from "../../core/random.ts";
import { readArchive } from "./archive.ts";
import { engineDigest, type Manifest, MANIFEST_FILE, parseManifest } from "./manifest.ts";
import { engineFileNames, type EngineTarget } from "./target.ts";
import { unpackEngine } from "./unpack.ts";
import { EngineRefused, verifyEngine } from "./verify.ts";

/** Where an engine may be. */
export interface EnginePlaces {
  /** What KIOKU_MESH_ENGINE_DIR names; it comes first. */
  readonly named: string | undefined;
  /** Files that may hold a packed engine, the executable itself for one; they need not exist. */
  readonly packed: readonly string[];
  /** Where a packed engine is unpacked. */
  readonly cache: string;
  /** Undefined on a system that we know nothing of. */
  readonly target: EngineTarget | undefined;
}

/** An engine that has been found, not yet verified. */
export interface Engine {
  readonly origin: "named" | "packed";
  /** Absolute. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** SHA-256 over the manifest: names exactly what runs. */
  readonly digest: string;
  /** Absolute paths. */
  readonly router: string;
  readonly remoteApi: string;
  readonly storageManager: string;
}

/** There is no engine here; the message says how to get one. */
export class NoEngine extends Failure {}

/**
 * Finds the engine, unpacking a packed one. Verify it before every start (`verifyEngine`). Throws a NoEngine when there
 * is none for this system.
 */
export async function findEngine(places: EnginePlaces, random: Random): Promise<Engine> {
  const { named, target } = places;
  if (target === undefined) {
    throw new NoEngine(`Cannot run a router: it does not exist for this system. ${ALONE}`);
  }
  if (named !== undefined) return engineIn(named, "named", readManifest(named), target);
  const packed = places.packed.map(readArchive).find((found) => found?.target === target);
  if (packed === undefined) {
    throw new NoEngine(
      `Cannot run a router: this program was built without the Zenoh engine for ${target}. Get a release that has it, ` +
        `or make one with scripts/engine.ts and name its folder in KIOKU_MESH_ENGINE_DIR. ${ALONE}`,
    );
  }
  return engineIn(await unpackEngine(packed, places.cache, random), "packed", packed.manifest, target);
}

/** What `engine info` shows. */
export interface EngineInfo {
  readonly origin: "named" | "packed";
  readonly folder: string;
  readonly digest: string;
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[];
}

/** Tells what the engine is, verified: throws an EngineRefused when it is not what it should be. */
export async function engineInfo(engine: Engine): Promise<EngineInfo> {
  await verifyEngine(engine.folder, engine.manifest);
  const files = [...engine.manifest].map(([name, sha256]) => {
    return { name, sha256, bytes: Deno.statSync(join(engine.folder, name)).size };
  });
  const { origin, folder, digest } = engine;
  return { origin, folder, digest, files };
}

const ALONE = "Everything but the mesh works without it.";

function engineIn(
  folder: string,
  origin: "named" | "packed",
  manifest: Manifest | undefined,
  target: EngineTarget,
): Engine {
  const names = engineFileNames(target);
  if (manifest === undefined) {
    throw new NoEngine(
      `Cannot use the engine in ${folder}: there is no ${MANIFEST_FILE} that lists its files. Name a folder that ` +
        `scripts/engine.ts made in KIOKU_MESH_ENGINE_DIR.`,
    );
  }
  const missing = Object.values(names).filter((name: string) => !manifest.has(name));
  if (missing.length > 0) {
    throw new EngineRefused(
      `Cannot use the engine in ${folder}: its ${MANIFEST_FILE} lacks ${missing.join(", ")}.`,
    );
  }
  return {
    origin,
    folder,
    manifest,
    digest: engineDigest(manifest),
    router: join(folder, names.router),
    remoteApi: join(folder, names.remoteApi),
    storageManager: join(folder, names.storageManager),
  };
}

function readManifest(folder: string): Manifest | undefined {
  const text = readTextIfAny(join(folder, MANIFEST_FILE));
  return text === undefined ? undefined : parseManifest(text);
}
