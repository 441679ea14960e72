import { dirname, join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { formatArchive } from "./archive.ts";
import { digestOf, formatManifest, type Manifest, MANIFEST_FILE, parseManifest } from "./manifest.ts";
import { engineFileNames, type EngineTarget } from "./target.ts";

/**
 * Level 9 packs the 45 MB of an engine to 15 MB in 2 s; 19, the most, saves 10 % and takes a minute; unpacking takes the
 * same 0.15 s.
 */
const LEVEL = 9;

/** Writes the manifest of an engine's folder beside its files. */
export async function writeManifest(folder: string, target: EngineTarget): Promise<void> {
  Deno.writeTextFileSync(join(folder, MANIFEST_FILE), formatManifest(await manifestOf(folder, target)));
}

/**
 * Packs the engine in `folder` into the file `output`, in the form that `readArchive` reads. Throws when a file is
 * missing, or when the folder has a manifest that does not agree with its files.
 */
export async function packEngine(folder: string, target: EngineTarget, output: string): Promise<Manifest> {
  const manifest = await manifestOf(folder, target);
  checkAgainst(folder, manifest);
  const files = [...manifest].map(([name, sha256]) => {
    const bytes = Deno.readFileSync(join(folder, name));
    return {
      name,
      sha256,
      packed: zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }),
    };
  });
  Deno.mkdirSync(dirname(output), { recursive: true });
  Deno.writeFileSync(output, formatArchive(target, files));
  return manifest;
}

async function manifestOf(folder: string, target: EngineTarget): Promise<Manifest> {
  const files = new Map<string, string>();
  for (const name of Object.values(engineFileNames(target))) {
    files.set(name, await digestOf(Deno.readFileSync(join(folder, name))));
  }
  return files;
}

function checkAgainst(folder: string, found: Manifest): void {
  let text: string;
  try {
    text = Deno.readTextFileSync(join(folder, MANIFEST_FILE));
  } catch {
    return;
  }
  const said = parseManifest(text);
  for (const [name, digest] of found) {
    if (said?.get(name) !== digest) {
      throw new Error(`${join(folder, name)} is not what ${MANIFEST_FILE} beside it says`);
    }
  }
}
