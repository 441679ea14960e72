/** Bytes that do not follow the wire's form. */
export class WireError extends Error {
  override readonly name = "WireError";
}

const utf8 = new TextEncoder();
// A key or text that is not UTF-8 is a defect of the router; it must not turn into another key in silence.
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Writes zenoh-ext's serialization: little-endian numbers, booleans as one byte, and texts and byte strings behind their
 * length as LEB128.
 */
export class WireWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** `expected` bytes are reserved at first; more are added when needed. */
  constructor(expected = 128) {
    this.#bytes = new Uint8Array(expected);
  }

  u8(value: number): this {
    this.#room(1)[this.#length++] = value;
    return this;
  }

  bool(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  u16(value: number): this {
    return this.u8(value & 0xff).u8((value >> 8) & 0xff);
  }

  u32(value: number): this {
    return this.u16(value & 0xffff).u16(value >>> 16);
  }

  blob(value: Uint8Array): this {
    this.#leb128(value.length);
    this.#room(value.length).set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  text(value: string): this {
    return this.blob(utf8.encode(value));
  }

  /** What was written. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #leb128(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.u8((rest & 0x7f) | 0x80);
    this.u8(rest);
  }

  #room(more: number): Uint8Array<ArrayBuffer> {
    const needed = this.#length + more;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return this.#bytes;
  }
}

/** Reads what WireWriter writes. Every method throws a WireError when the bytes end too early. */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  u8(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new WireError("the message is cut short");
    return value;
  }

  bool(): boolean {
    return this.u8() !== 0;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  u32(): number {
    return this.u16() + this.u16() * 0x10000;
  }

  /** A part of the message's own memory, not a copy. */
  blob(): Uint8Array {
    const length = this.#leb128();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new WireError("the message is cut short");
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  text(): string {
    const bytes = this.blob();
    try {
      return strictUtf8.decode(bytes);
    } catch {
      throw new WireError("a text of the message is not UTF-8");
    }
  }

  /** A list: its length, then its items. */
  list<T>(item: (reader: WireReader) => T): T[] {
    const length = this.#leb128();
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(item(this));
    return items;
  }

  skip(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#bytes.length) throw new WireError("the message is cut short");
  }

  #leb128(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 49; factor *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new WireError("a length of the message is no number");
  }
}
