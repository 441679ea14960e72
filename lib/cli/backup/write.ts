import { Sha256 } from "../../core/digest.ts";
import { formatTarHeader, TAR_BLOCK, tarPadding } from "../../core/tar.ts";
import { formatManifest, MANIFEST, type Manifest, type PartEntry } from "./manifest.ts";

/** A file to be put into a backup. */
export interface PartFile {
  readonly name: string;
  readonly path: string;
}

/** How many bytes are read at once. */
const CHUNK = 262_144;

/** Its owner alone can read what is unpacked by any tar, too. */
const MODE = 0o600;

/** What a backup says about itself, before its parts are looked at. */
export type ManifestHead = Omit<Manifest, "parts">;

/**
 * Writes a backup: a tar archive in gzip form, its manifest first. The file must not be there yet; it is readable by its owner
 * alone, and on the disk when this returns. Gives the manifest and the file's size in bytes. `progress` is told how many bytes
 * of the parts were read of how many, which is twice their size: once for the digests, once to write them.
 */
export async function writeBackup(
  target: string,
  head: ManifestHead,
  files: readonly PartFile[],
  seconds: number,
  progress: (done: number, total: number) => void,
): Promise<{ manifest: Manifest; size: number }> {
  const total = 2 * files.reduce((sum, { path }) => sum + Deno.statSync(path).size, 0);
  let done = 0;
  const count = (bytes: number) => progress(done += bytes, total);
  const parts: PartEntry[] = [];
  for (const { name, path } of files) parts.push({ name, ...await digestOf(path, count) });
  const manifest = { ...head, parts };
  using file = await Deno.open(target, { createNew: true, write: true, mode: 0o600 });
  const packed = ReadableStream.from(archive(manifest, files, seconds, count))
    .pipeThrough(new CompressionStream("gzip"));
  let size = 0;
  for await (const chunk of packed) {
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    size += chunk.length;
  }
  await file.sync();
  return { manifest, size };
}

async function* archive(
  manifest: Manifest,
  files: readonly PartFile[],
  seconds: number,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder().encode(formatManifest(manifest));
  yield formatTarHeader({ name: MANIFEST, size: text.length }, seconds, MODE);
  yield text;
  yield new Uint8Array(tarPadding(text.length));
  for (const [index, { name, path }] of files.entries()) {
    const part = manifest.parts[index];
    if (part === undefined) throw new TypeError("A file without its entry");
    yield formatTarHeader({ name, size: part.size }, seconds, MODE);
    const hash = new Sha256();
    for await (const chunk of chunksOf(path)) {
      hash.add(chunk);
      count(chunk.length);
      yield chunk;
    }
    if (hash.end() !== part.sha256) throw new Error(`${path} was changed while it was read`);
    yield new Uint8Array(tarPadding(part.size));
  }
  yield new Uint8Array(2 * TAR_BLOCK);
}

async function digestOf(
  path: string,
  count: (bytes: number) => void,
): Promise<{ size: number; sha256: string }> {
  const hash = new Sha256();
  let size = 0;
  for await (const chunk of chunksOf(path)) {
    hash.add(chunk);
    count(chunk.length);
    size += chunk.length;
  }
  return { size, sha256: hash.end() };
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  for (;;) {
    const chunk = new Uint8Array(CHUNK);
    const length = await file.read(chunk);
    if (length === null) return;
    yield chunk.subarray(0, length);
  }
}
