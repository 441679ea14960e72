import { createHash } from "node:crypto";
import type { Random } from "./random.ts";

/** SHA-256 of bytes, or of a text's UTF-8 bytes, as lower-case hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Takes the SHA-256 of bytes that come in pieces. */
export class Sha256 {
  readonly #hash = createHash("sha256");

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** Lower-case hexadecimal digits of all that was added; nothing can be added after that. */
  end(): string {
    return this.#hash.digest("hex");
  }
}

/** Bytes that are the same for the same text wherever they are made, 32 at the most: those of its SHA-256. */
export function derivedFrom(text: string): Random {
  return (length) => new Uint8Array(createHash("sha256").update(text).digest()).slice(0, length);
}
