import { PAGE } from "./log.ts";
import type { Pages } from "./pages.ts";
import type { Value } from "./row.ts";

/** A row as it lies in a page: of a table, or of an index or table WITHOUT ROWID. */
export interface Cell {
  /** The rowid; undefined in an index. */
  readonly row: number | undefined;
  readonly values: readonly Value[];
  /** Whether all texts were UTF-8; bytes that are not are replaced by U+FFFD. */
  readonly sound: boolean;
}

// Kinds of b-tree pages (file format, section 1.6). Inner pages of tables hold no rows.
const TABLE_LEAF = 0x0d;
const INDEX_LEAF = 0x0a;
const INDEX_INNER = 0x02;

/** The rows in a page, whichever table it belongs to; those that cannot be read are left out. Never throws. */
export function* cellsOf(pages: Pages, page: number): Generator<Cell> {
  // The first page holds the schema.
  const bytes = page === 1 ? undefined : pages.read(page);
  if (bytes === undefined) return;
  const kind = bytes.getUint8(0);
  if (kind !== TABLE_LEAF && kind !== INDEX_LEAF && kind !== INDEX_INNER) return;
  const pointers = kind === INDEX_INNER ? 12 : 8;
  const most = Math.min(bytes.getUint16(3), (PAGE - pointers) / 2);
  for (let index = 0; index < most; index++) {
    const cell = readCell(pages, bytes, kind, bytes.getUint16(pointers + 2 * index));
    if (cell !== undefined) yield cell;
  }
}

function readCell(pages: Pages, page: DataView, kind: number, at: number): Cell | undefined {
  try {
    const size = varint(page, kind === INDEX_INNER ? at + 4 : at);
    const row = kind === TABLE_LEAF ? varint(page, size.end) : undefined;
    const record = readRecord(pages, page, row?.end ?? size.end, size.value, kind);
    return record === undefined ? undefined : { row: row?.value, ...parseRecord(record) };
  } catch (error) {
    // DataView and Uint8Array throw it for what lies outside the page or the record.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

// What does not fit goes on in a chain of overflow pages (file format, section 1.6: U, X, M and K there).
function readRecord(
  pages: Pages,
  page: DataView,
  at: number,
  size: number,
  kind: number,
): DataView | undefined {
  if (size > pages.count * PAGE) return undefined;
  const fits = kind === TABLE_LEAF ? PAGE - 35 : Math.floor((PAGE - 12) * 64 / 255) - 23;
  const least = Math.floor((PAGE - 12) * 32 / 255) - 23;
  const wanted = least + (size - least) % (PAGE - 4);
  const here = size <= fits ? size : wanted <= fits ? wanted : least;
  const record = new Uint8Array(size);
  record.set(bytesOf(page, at, here));
  let next = here < size ? page.getUint32(at + here) : 0;
  for (let done = here; done < size; done += PAGE - 4) {
    const overflow = pages.read(next);
    if (overflow === undefined) return undefined;
    record.set(bytesOf(overflow, 4, Math.min(PAGE - 4, size - done)), done);
    next = overflow.getUint32(0);
  }
  return new DataView(record.buffer);
}

// File format, section 2.1: a header of one type for each value, then the values.
function parseRecord(record: DataView): { values: Value[]; sound: boolean } {
  const header = varint(record, 0);
  const values: Value[] = [];
  let sound = true;
  let body = header.value;
  for (let at = header.end; at < header.value;) {
    const type = varint(record, at);
    at = type.end;
    const length = lengthOf(type.value);
    const bytes = bytesOf(record, body, length);
    body += length;
    if (type.value >= 13 && type.value % 2 === 1) {
      const read = textOf(bytes);
      values.push(read.text);
      sound &&= read.sound;
    } else values.push(type.value >= 12 ? bytes : numberOf(type.value, bytes));
  }
  return { values, sound };
}

function lengthOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  const lengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];
  const length = lengths[type];
  if (length === undefined) throw new RangeError(`No value has the type ${type}`);
  return length;
}

function numberOf(type: number, bytes: Uint8Array): number | null {
  if (type === 0) return null;
  if (type === 8 || type === 9) return type - 8;
  if (type === 7) return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
  let value = (bytes[0] ?? 0) << 24 >> 24;
  for (const byte of bytes.subarray(1)) value = value * 256 + byte;
  return value;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

function textOf(bytes: Uint8Array): { text: string; sound: boolean } {
  try {
    return { text: strict.decode(bytes), sound: true };
  } catch {
    return { text: lenient.decode(bytes), sound: false };
  }
}

function bytesOf(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

/** A number of one to nine bytes, seven bits each, eight in the ninth (file format, section 1.6). */
function varint(view: DataView, at: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = view.getUint8(at + index);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return { value: value * 256 + view.getUint8(at + 8), end: at + 9 };
}
