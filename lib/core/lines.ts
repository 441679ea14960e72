/** A line of a file. */
export interface Line {
  /** Undefined when its bytes are not UTF-8. */
  readonly text: string | undefined;
  /** From 1. */
  readonly number: number;
  /** How far the file was read when it came, in bytes. */
  readonly read: number;
}

/** How many bytes are read at once. */
const CHUNK = 1_048_576;

const LINE_END = 0x0a;

/** The lines of an open file, without their ends, one after the other; a file of any size never lies whole in memory. */
export function* linesOf(file: Deno.FsFile): Generator<Line> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const chunk = new Uint8Array(CHUNK);
  let parts: Uint8Array[] = [];
  let number = 0;
  let read = 0;
  const line = (): Line => {
    number++;
    const bytes = joined(parts);
    parts = [];
    try {
      return { text: decoder.decode(bytes).replace(/\r$/, ""), number, read };
    } catch {
      return { text: undefined, number, read };
    }
  };
  for (;;) {
    const length = file.readSync(chunk);
    if (length === null) break;
    read += length;
    let start = 0;
    for (let end = find(chunk, start, length); end < length; end = find(chunk, start, length)) {
      parts.push(chunk.slice(start, end));
      yield line();
      start = end + 1;
    }
    if (start < length) parts.push(chunk.slice(start, length));
  }
  if (parts.length > 0) yield line();
}

// The first line end at or after `start`; `length` when there is none.
function find(chunk: Uint8Array, start: number, length: number): number {
  const at = chunk.indexOf(LINE_END, start);
  return at < 0 || at > length ? length : at;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
