/** A version of a library that a program needs: `libc.so.6`, `GLIBC_2.34`. */
export interface NeededVersion {
  readonly library: string;
  readonly version: string;
}

// System V ABI, chapters 4 and 5, and the Linux Standard Base on symbol versions: offsets and tags of 64-bit files.
const PROGRAM_HEADERS = 0x20;
const PROGRAM_HEADER_SIZE = 0x36;
const PROGRAM_HEADER_COUNT = 0x38;
const LOAD = 1;
const DYNAMIC = 2;
const STRTAB = 5n;
const VERNEED = 0x6ffffffen;
const VERNEEDNUM = 0x6fffffffn;

/**
 * The versions of libraries that an ELF file (64 bits, little-endian) needs; undefined for a file of another kind. Reads the
 * program headers, which are there in stripped files too.
 */
export function neededVersions(bytes: Uint8Array): NeededVersion[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint32(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) {
    return undefined;
  }
  const segments = readSegments(view);
  const dynamic = segments.find(({ type }) => type === DYNAMIC);
  if (dynamic === undefined) return [];
  const entries = new Map<bigint, bigint>();
  for (let at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16) {
    entries.set(view.getBigUint64(at, true), view.getBigUint64(at + 8, true));
  }
  const place = (tag: bigint) => offsetOf(segments, entries.get(tag));
  const strings = place(STRTAB);
  const first = place(VERNEED);
  const count = Number(entries.get(VERNEEDNUM) ?? 0n);
  return strings === undefined || first === undefined ? [] : [...readNeeds(view, first, count, strings)];
}

/** The newest version of a kind (`GLIBC`, `GLIBCXX`) among what files need: the oldest that a system may have. */
export function oldest(needed: readonly NeededVersion[], kind: string): string | undefined {
  const versions = needed.flatMap(({ version }) => {
    const [, numbers] = new RegExp(`^${kind}_(\\d+(?:\\.\\d+)*)$`).exec(version) ?? [];
    return numbers === undefined ? [] : [numbers];
  });
  return versions.sort(compareVersions).at(-1);
}

/** Compares versions by their numbers. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
}

function readSegments(view: DataView): Segment[] {
  const start = Number(view.getBigUint64(PROGRAM_HEADERS, true));
  const size = view.getUint16(PROGRAM_HEADER_SIZE, true);
  return Array.from({ length: view.getUint16(PROGRAM_HEADER_COUNT, true) }, (_, n) => {
    const at = start + n * size;
    return {
      type: view.getUint32(at, true),
      offset: Number(view.getBigUint64(at + 8, true)),
      address: view.getBigUint64(at + 16, true),
      size: Number(view.getBigUint64(at + 32, true)),
    };
  });
}

function offsetOf(segments: readonly Segment[], address: bigint | undefined): number | undefined {
  if (address === undefined) return undefined;
  const holds = ({ type, address: start, size }: Segment) =>
    type === LOAD && address >= start && address < start + BigInt(size);
  const segment = segments.find(holds);
  return segment === undefined ? undefined : segment.offset + Number(address - segment.address);
}

function* readNeeds(view: DataView, first: number, count: number, strings: number): Generator<NeededVersion> {
  const text = (offset: number): string => {
    let end = strings + offset;
    while (view.getUint8(end) !== 0) end++;
    return new TextDecoder().decode(
      new Uint8Array(view.buffer, view.byteOffset + strings + offset, end - strings - offset),
    );
  };
  let at = first;
  for (let n = 0; n < count; n++) {
    const library = text(view.getUint32(at + 4, true));
    let version = at + view.getUint32(at + 8, true);
    for (let left = view.getUint16(at + 2, true); left > 0; left--) {
      yield { library, version: text(view.getUint32(version + 8, true)) };
      version += view.getUint32(version + 12, true);
    }
    at += view.getUint32(at + 12, true);
  }
}
