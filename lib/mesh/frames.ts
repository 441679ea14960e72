/** WebSocket frames (RFC 6455 §5) as far as a client of one known server needs them: binary messages, ping and close. */

/** The kinds of frames. */
export const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame from the server. `last` says whether the message ends with it. */
export interface Frame {
  readonly opcode: number;
  readonly last: boolean;
  /** A copy: it may be kept. */
  readonly payload: Uint8Array;
}

/** Bytes that are no frame of a server, or a frame larger than we take. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/**
 * A frame of a client: masked with four random bytes, as the standard asks. The payload itself is masked in place and
 * belongs to the frame afterwards.
 */
export function encodeFrame(opcode: number, payload: Uint8Array, mask: Uint8Array): Uint8Array[] {
  const length = payload.length;
  const extended = length < 126 ? 0 : length < 0x10000 ? 2 : 8;
  const head = new Uint8Array(2 + extended + 4);
  const view = new DataView(head.buffer);
  view.setUint8(0, 0x80 | opcode);
  view.setUint8(1, 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127));
  if (extended === 2) view.setUint16(2, length);
  if (extended === 8) view.setBigUint64(2, BigInt(length));
  head.set(mask, 2 + extended);
  for (let i = 0; i < length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return [head, payload];
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024);
  #start = 0;
  #end = 0;
  readonly #largest: number;

  /** `largest` payload that is taken, in bytes; a larger one is an error, since it must be held in memory. */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /** Free memory to read into; tell `filled` how much of it was. */
  space(): Uint8Array<ArrayBuffer> {
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    }
    const wanted = Math.max(this.#missing(), 16 * 1024);
    if (this.#bytes.length - this.#end < wanted) {
      const held = this.#end - this.#start;
      const target = this.#bytes.length < held + wanted
        ? new Uint8Array(Math.max(held + wanted, 64 * 1024))
        : this.#bytes;
      target.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = target;
      this.#start = 0;
      this.#end = held;
    }
    return this.#bytes.subarray(this.#end);
  }

  filled(bytes: number): void {
    this.#end += bytes;
  }

  /** The next frame that is there whole. */
  next(): Frame | undefined {
    const head = this.#head();
    if (head === undefined || this.#end - this.#start < head.size + head.length) return undefined;
    const from = this.#start + head.size;
    const payload = this.#bytes.slice(from, from + head.length);
    this.#start = from + head.length;
    // A huge message must not keep its memory for the life of the session.
    if (this.#start === this.#end && this.#bytes.length > 4 * 1024 * 1024) {
      this.#bytes = new Uint8Array(64 * 1024);
    }
    return { opcode: head.opcode, last: head.last, payload };
  }

  // What the frame that has begun still lacks.
  #missing(): number {
    const head = this.#head();
    return head === undefined ? 0 : Math.max(0, head.size + head.length - (this.#end - this.#start));
  }

  #head(): { opcode: number; last: boolean; size: number; length: number } | undefined {
    const held = this.#end - this.#start;
    if (held < 2) return undefined;
    const view = new DataView(this.#bytes.buffer, this.#start, held);
    const first = view.getUint8(0);
    const second = view.getUint8(1);
    if ((first & 0x70) !== 0 || second >= 0x80) {
      throw new FrameError("the router sent bytes that are no WebSocket frame");
    }
    const size = second < 126 ? 2 : second === 126 ? 4 : 10;
    if (held < size) return undefined;
    const length = size === 2 ? second : size === 4 ? view.getUint16(2) : Number(view.getBigUint64(2));
    if (length > this.#largest) {
      throw new FrameError(
        `the router sent ${length} bytes in one message, and ${this.#largest} is the most we take`,
      );
    }
    return { opcode: first & 0x0f, last: first >= 0x80, size, length };
  }
}
