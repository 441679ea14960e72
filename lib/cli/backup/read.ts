import { basename, join } from "node:path";
import { Sha256 } from "../../core/digest.ts";
import { parseTarHeader, TAR_BLOCK, tarPadding } from "../../core/tar.ts";
import { MANIFEST, type Manifest, parseManifest, type PartEntry } from "./manifest.ts";

/** The largest manifest that is read, in bytes. */
const LARGEST_MANIFEST = 1_048_576;

/** A backup that was unpacked and found to be whole. */
export interface Unpacked {
  readonly manifest: Manifest;
  /** Where each part lies now, by its name. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Unpacks a backup into a folder and holds each part against its digest. `isKnown` says which parts there can be. Throws an
 * Error that says what is wrong with it; what was unpacked until then stays in the folder.
 */
export async function unpackBackup(
  source: string,
  folder: string,
  isKnown: (name: string) => boolean,
  progress: (done: number, total: number) => void,
): Promise<Unpacked> {
  using file = await Deno.open(source);
  await using archive = new Archive(file.readable.pipeThrough(new DecompressionStream("gzip")));
  const first = await archive.header();
  if (first?.name !== MANIFEST || first.size > LARGEST_MANIFEST) {
    throw new Error("it is no backup of this program");
  }
  const text = await archive.bytes(first.size);
  const manifest = parseManifest(new TextDecoder("utf-8", { fatal: true }).decode(text));
  await archive.bytes(tarPadding(first.size));
  const total = manifest.parts.reduce((sum, { size }) => sum + size, 0);
  const files = new Map<string, string>();
  let done = 0;
  for (const part of manifest.parts) {
    if (!isKnown(part.name) || files.has(part.name)) {
      throw new Error(`it holds ${part.name}, which does not belong there`);
    }
    const header = await archive.header();
    if (header?.name !== part.name || header.size !== part.size) {
      throw new Error(`${part.name} is missing in it`);
    }
    const path = join(folder, `${files.size}-${basename(part.name)}`);
    await unpack(archive, part, path, (bytes) => progress(done += bytes, total));
    files.set(part.name, path);
  }
  if (await archive.header() !== undefined) throw new Error("it holds more than its manifest says");
  return { manifest, files };
}

async function unpack(
  archive: Archive,
  part: PartEntry,
  path: string,
  count: (bytes: number) => void,
): Promise<void> {
  using file = await Deno.open(path, { createNew: true, write: true, mode: 0o600 });
  const hash = new Sha256();
  for (let left = part.size; left > 0;) {
    const chunk = await archive.some(left);
    hash.add(chunk);
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    left -= chunk.length;
    count(chunk.length);
  }
  if (hash.end() !== part.sha256) throw new Error(`${part.name} in it is damaged`);
  await archive.bytes(tarPadding(part.size));
  await file.sync();
}

/** Reads an archive from a stream of bytes. */
class Archive {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next file; undefined at the end. */
  async header(): Promise<ReturnType<typeof parseTarHeader>> {
    return parseTarHeader(await this.bytes(TAR_BLOCK));
  }

  /** So many bytes. */
  async bytes(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const chunk = await this.some(length - at);
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  /** One byte or more, `most` at the most. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error("it ends too early");
      this.#rest = value;
    }
    const chunk = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(chunk.length);
    return chunk;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A stream that has failed fails again.
    await this.#reader.cancel().catch(() => {});
  }
}
