/** A value of DER (X.690): its tag, what it holds, and all of its bytes. */
export interface DerValue {
  readonly tag: number;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly whole: Uint8Array<ArrayBuffer>;
}

/** Tags that we look for. */
export const DER = { bitString: 0x03, octetString: 0x04, sequence: 0x30 } as const;

/** The values that stand one after the other in these bytes. Throws a RangeError for what is no DER. */
export function derValues(bytes: Uint8Array<ArrayBuffer>): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const { start, end } = extent(bytes, at);
    values.push({ tag: byteAt(bytes, at), body: bytes.slice(start, end), whole: bytes.slice(at, end) });
    at = end;
  }
  return values;
}

// Lengths of up to four bytes; nothing of ours is longer.
function extent(bytes: Uint8Array, at: number): { start: number; end: number } {
  const first = byteAt(bytes, at + 1);
  const more = first < 0x80 ? 0 : first - 0x80;
  if (more > 4) throw new RangeError("A length of more than four bytes");
  let length = more === 0 ? first : 0;
  for (let n = 0; n < more; n++) length = length * 256 + byteAt(bytes, at + 2 + n);
  const start = at + 2 + more;
  if (start + length > bytes.length) throw new RangeError("A value that ends too early");
  return { start, end: start + length };
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError("A value that ends too early");
  return byte;
}
