import { DER, type DerValue } from "../trust/der.ts";

/** The tags that encrypted keys are made of (X.690). */
export const TAG = { ...DER, integer: 0x02, nothing: 0x05, object: 0x06 } as const;

/** Writes a value. */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = content.reduce((sum, { length }) => sum + length, 0);
  const size = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  if (length > 0xffff) throw new RangeError("A value of DER is too long");
  const bytes = new Uint8Array(1 + size.length + length);
  bytes.set([tag, ...size]);
  let at = 1 + size.length;
  for (const part of content) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Writes a whole number that is not negative. */
export function derInteger(value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest % 256);
  }
  if ((bytes[0] ?? 0) >= 0x80) bytes.unshift(0);
  return der(TAG.integer, Uint8Array.from(bytes));
}

/** Reads a whole number of at most four bytes that is not negative; undefined when it is none. */
export function readInteger({ tag, body }: DerValue): number | undefined {
  if (tag !== TAG.integer || body.length === 0 || body.length > 4 || (body[0] ?? 0) >= 0x80) {
    return undefined;
  }
  return body.reduce((sum, byte) => sum * 256 + byte, 0);
}
