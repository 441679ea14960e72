import { isObject } from "../../core/json.ts";
import type { Manifest } from "./manifest.ts";
import type { EngineTarget } from "./target.ts";

/**
 * A packed engine is one file, or lies in the executable before what Deno appends to it (ADR 0011): the packed files one
 * after another, then an index in JSON, the index's length in four bytes and eight bytes that say what this is. It is
 * found from its end.
 */
export interface PackedEngine {
  readonly target: string;
  readonly manifest: Manifest;
  /** A file's packed bytes. Throws when they are not there. */
  read(name: string): Uint8Array<ArrayBuffer>;
}

/** A file of an engine, packed. */
export interface PackedFile {
  readonly name: string;
  /** Of the file itself, in lower-case hexadecimal. */
  readonly sha256: string;
  readonly packed: Uint8Array;
}

const MAGIC = new TextEncoder().encode("KIOKUENG");
const TRAILER = 4 + MAGIC.length;

/**
 * What Deno appends to a program for Linux begins with these bytes and ends with its own length in eight (measured with
 * Deno 2.6.10: denort itself ends where it begins).
 */
const DENO_MAGIC = new TextEncoder().encode("d3n0l4nd");
const DENO_LENGTH = 8;

/** An index names four files; more than this is none. Bytes. */
const LARGEST_INDEX = 65_536;

/** The bytes of an archive. */
export function formatArchive(target: EngineTarget, files: readonly PackedFile[]): Uint8Array<ArrayBuffer> {
  const index = new TextEncoder().encode(JSON.stringify({
    target,
    files: files.map(({ name, sha256, packed }) => ({ name, sha256, bytes: packed.length })),
  }));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, index.length);
  return joined([...files.map(({ packed }) => packed), index, length, MAGIC]);
}

/** The engine in a file, alone or in an executable of ours; undefined when there is none. */
export function readArchive(path: string): PackedEngine | undefined {
  const size = sizeOf(path);
  if (size === undefined) return undefined;
  for (const end of [size, endBeforeDeno(path, size)]) {
    const found = end === undefined ? undefined : archiveEndingAt(path, end);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * An executable for Linux with an archive in it. Deno looks for its own part from the end of the file, so what stands
 * before that does not concern it, nor is it read at a start. Undefined when the program is not of that form.
 */
export function spliceArchive(
  program: Uint8Array<ArrayBuffer>,
  archive: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | undefined {
  const at = startOfDeno(program.subarray(-DENO_LENGTH), program.length);
  return at === undefined || !DENO_MAGIC.every((byte, index) => program[at + index] === byte)
    ? undefined
    : joined([program.subarray(0, at), archive, program.subarray(at)]);
}

function archiveEndingAt(path: string, end: number): PackedEngine | undefined {
  if (end < TRAILER) return undefined;
  const trailer = readAt(path, end - TRAILER, TRAILER);
  if (!MAGIC.every((byte, index) => trailer[4 + index] === byte)) return undefined;
  const length = new DataView(trailer.buffer).getUint32(0);
  if (length > LARGEST_INDEX || length > end - TRAILER) return undefined;
  const indexAt = end - TRAILER - length;
  const index = parseIndex(new TextDecoder().decode(readAt(path, indexAt, length)));
  if (index === undefined) return undefined;
  const places = new Map<string, { at: number; bytes: number }>();
  let at = indexAt - index.files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (at < 0) return undefined;
  for (const { name, bytes } of index.files) {
    places.set(name, { at, bytes });
    at += bytes;
  }
  return {
    target: index.target,
    manifest: new Map(index.files.map(({ name, sha256 }) => [name, sha256])),
    read(name) {
      const place = places.get(name);
      if (place === undefined) throw new TypeError(`The archive has no ${name}`);
      return readAt(path, place.at, place.bytes);
    },
  };
}

interface Index {
  readonly target: string;
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[];
}

function parseIndex(text: string): Index | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || typeof value.target !== "string" || !Array.isArray(value.files)) return undefined;
  const files: Index["files"][number][] = [];
  for (const file of value.files) {
    if (!isObject(file)) return undefined;
    const { name, sha256, bytes } = file;
    if (typeof name !== "string" || !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) return undefined;
    if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < 0) return undefined;
    files.push({ name, sha256, bytes });
  }
  return { target: value.target, files };
}

function endBeforeDeno(path: string, size: number): number | undefined {
  return size < DENO_LENGTH ? undefined : startOfDeno(readAt(path, size - DENO_LENGTH, DENO_LENGTH), size);
}

function startOfDeno(last: Uint8Array<ArrayBuffer>, size: number): number | undefined {
  const length = new DataView(last.buffer, last.byteOffset, last.byteLength).getBigUint64(0, true);
  const start = BigInt(size) - length;
  return length < DENO_LENGTH || start <= 0n ? undefined : Number(start);
}

function sizeOf(path: string): number | undefined {
  try {
    const { isFile, size } = Deno.statSync(path);
    return isFile ? size : undefined;
  } catch {
    return undefined;
  }
}

function readAt(path: string, at: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const file = Deno.openSync(path);
  try {
    file.seekSync(at, Deno.SeekMode.Start);
    for (let have = 0; have < length;) {
      const read = file.readSync(bytes.subarray(have));
      if (read === null) throw new TypeError(`${path} ends at ${at + have}`);
      have += read;
    }
  } finally {
    file.close();
  }
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
