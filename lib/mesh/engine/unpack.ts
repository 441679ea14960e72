import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { Failure, messageOf } from "../../core/errors.ts";
import { hex, type Random } from "../../core/random.ts";
import type { PackedEngine } from "./archive.ts";
import { engineDigest, type Manifest } from "./manifest.ts";
import { EngineRefused, verifyEngine } from "./verify.ts";

/**
 * The folder in `cache` that holds the engine, unpacked from `packed` if it is not there yet or no longer what it was. It is named by the engine's digest, written beside and renamed when it is whole, and its owner's alone.
 */
export async function unpackEngine(packed: PackedEngine, cache: string, random: Random): Promise<string> {
  const { manifest } = packed;
  const folder = join(cache, engineDigest(manifest));
  if (await isRight(folder, manifest)) return folder;
  const draft = join(cache, `draft-${hex(random(8))}`);
  try {
    Deno.mkdirSync(cache, { recursive: true, mode: 0o700 });
    Deno.mkdirSync(draft, { mode: 0o700 });
    for (const name of manifest.keys()) unpackFile(packed.read(name), join(draft, name));
    await verifyEngine(draft, manifest);
    await replace(folder, draft, manifest);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      `Cannot unpack the engine into ${folder}: ${messageOf(error)}. Check the folder and its space.`,
    );
  } finally {
    await remove(draft);
  }
  return folder;
}

function unpackFile(packed: Uint8Array, to: string): void {
  const bytes = zstdDecompressSync(packed);
  const file = Deno.openSync(to, { createNew: true, write: true, mode: 0o500 });
  try {
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    file.syncSync();
  } finally {
    file.close();
  }
}

// Two peers, of two state folders, may unpack at once; whoever comes second finds what it wanted.
async function replace(folder: string, draft: string, manifest: Manifest): Promise<void> {
  try {
    Deno.renameSync(draft, folder);
  } catch {
    if (await isRight(folder, manifest)) return;
    await remove(folder);
    Deno.renameSync(draft, folder);
  }
}

async function isRight(folder: string, manifest: Manifest): Promise<boolean> {
  try {
    await verifyEngine(folder, manifest);
    return true;
  } catch (error) {
    if (error instanceof EngineRefused) return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch {
    // It is not there.
  }
}
