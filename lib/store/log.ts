/** Bytes of a page: SQLite's default, which this program never changes. */
export const PAGE = 4096;

/** The newest whole pages in a write-ahead log. */
export interface LoggedPages {
  /** Where in the log each page's bytes begin, by page number. */
  readonly offsets: ReadonlyMap<number, number>;
  /** How many pages the database has after the last commit; 0 when there is none. */
  readonly count: number;
}

// File format, section 4 (sqlite.org/fileformat2.html): sizes in bytes, and the magic number without its last bit.
const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;

/**
 * Reads a write-ahead log without SQLite. A frame's checksum goes on from the one before; SQLite therefore gives up all
 * that follows a damaged frame. Each frame is checked here against the checksum that stands in the frame before it, so
 * that only damaged ones are lost. What comes after the last commit was never acknowledged and does not count.
 */
export function readLog(file: Deno.FsFile): LoggedPages {
  const offsets = new Map<number, number>();
  let count = 0;
  const header = readAt(file, 0, HEADER);
  if (header === undefined || (header.getUint32(0) & ~1) >>> 0 !== MAGIC) return { offsets, count };
  const littleEndian = (header.getUint32(0) & 1) === 0;
  const salts = [header.getUint32(16), header.getUint32(20)] as const;
  let before: readonly [number, number] = [header.getUint32(24), header.getUint32(28)];
  let uncommitted: (readonly [page: number, offset: number])[] = [];
  for (let at = HEADER;; at += FRAME_HEADER + PAGE) {
    const frame = readAt(file, at, FRAME_HEADER + PAGE);
    if (frame === undefined) return { offsets, count };
    const sums = [frame.getUint32(16), frame.getUint32(20)] as const;
    const expected = checksum(frame, littleEndian, before);
    before = sums;
    if (frame.getUint32(8) !== salts[0] || frame.getUint32(12) !== salts[1]) continue;
    if (expected[0] !== sums[0] || expected[1] !== sums[1]) continue;
    uncommitted.push([frame.getUint32(0), at + FRAME_HEADER]);
    const size = frame.getUint32(4);
    if (size === 0) continue;
    for (const [page, offset] of uncommitted) offsets.set(page, offset);
    uncommitted = [];
    count = size;
  }
}

/** Reads `length` bytes of a file; undefined when it ends before. */
export function readAt(file: Deno.FsFile, offset: number, length: number): DataView | undefined {
  const bytes = new Uint8Array(length);
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let done = 0; done < length;) {
    const read = file.readSync(bytes.subarray(done));
    if (read === null) return undefined;
    done += read;
  }
  return new DataView(bytes.buffer);
}

// The first 8 bytes of the frame's header, then the page.
function checksum(
  frame: DataView,
  littleEndian: boolean,
  seed: readonly [number, number],
): readonly [number, number] {
  let [first, second] = seed;
  const add = (at: number) => {
    first = (first + frame.getUint32(at, littleEndian) + second) >>> 0;
    second = (second + frame.getUint32(at + 4, littleEndian) + first) >>> 0;
  };
  add(0);
  for (let at = FRAME_HEADER; at < frame.byteLength; at += 8) add(at);
  return [first, second];
}
