/** A file in a tar archive (POSIX.1-1988, "ustar"). */
export interface TarHeader {
  /** A relative path with slashes, 100 bytes at the most. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** The size of a header; contents are padded to a multiple of it, and two empty ones end an archive. */
export const TAR_BLOCK = 512;

// Where the fields of a header lie: offset and length in bytes.
const NAME = [0, 100] as const;
const SIZE = [124, 12] as const;
const SUM = [148, 8] as const;
const TYPE = 156;
const MAGIC = [257, 8] as const;

/**
 * Writes a header; the time is `seconds` since 1970, the permissions are `mode`. Throws a RangeError for a name that is too
 * long.
 */
export function formatTarHeader(
  { name, size }: TarHeader,
  seconds: number,
  mode: number,
): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(TAR_BLOCK);
  const bytes = new TextEncoder().encode(name);
  if (bytes.length > NAME[1]) throw new RangeError(`The name is too long for an archive: ${name}`);
  block.set(bytes, 0);
  const ascii = (text: string, at: number) => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`;
  ascii(octal(mode, 8), 100);
  ascii(octal(0, 8), 108);
  ascii(octal(0, 8), 116);
  if (size < 8 ** (SIZE[1] - 1)) ascii(octal(size, SIZE[1]), SIZE[0]);
  else formatBinary(block, size);
  ascii(octal(seconds, 12), 136);
  block[TYPE] = 0x30;
  ascii("ustar\x0000", MAGIC[0]);
  ascii("        ", SUM[0]);
  ascii(`${sumOf(block).toString(8).padStart(6, "0")}\0 `, SUM[0]);
  return block;
}

/** Reads a header; undefined for an empty block, as they end an archive. Throws an Error for anything else than a file. */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const sum = parseInt(textOf(block, SUM).trim(), 8);
  const unsummed = block.slice();
  unsummed.fill(0x20, SUM[0], SUM[0] + SUM[1]);
  if (!textOf(block, MAGIC).startsWith("ustar") || sum !== sumOf(unsummed)) {
    throw new Error("it is no archive");
  }
  if (block[TYPE] !== 0x30) throw new Error("it holds something else than files");
  const size = ((block[SIZE[0]] ?? 0) & 0x80) === 0
    ? parseInt(textOf(block, SIZE).trim(), 8)
    : parseBinary(block);
  if (!Number.isSafeInteger(size) || size < 0) throw new Error("a file in it has no size");
  return { name: textOf(block, NAME), size };
}

/** How many bytes follow a content of `size` bytes up to the next header. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
}

// From 8 GiB on, as GNU tar writes it: a marked first byte, then the number in binary, largest first.
function formatBinary(block: Uint8Array, size: number): void {
  const [start, length] = SIZE;
  let rest = size;
  for (let at = start + length - 1; at > start; at--) {
    block[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  block[start] = 0x80;
}

function parseBinary(block: Uint8Array): number {
  const [start, length] = SIZE;
  return block.subarray(start + 1, start + length).reduce((sum, byte) => sum * 256 + byte, 0);
}

function sumOf(block: Uint8Array): number {
  return block.reduce((sum, byte) => sum + byte, 0);
}

function textOf(block: Uint8Array, [start, length]: readonly [number, number]): string {
  const bytes = block.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
