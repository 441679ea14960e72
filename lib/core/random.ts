/** Gives `length` random bytes. Passed in, so that tests can repeat what they do. */
export type Random = (length: number) => Uint8Array;

/** Random bytes of the operating system. */
export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** Lower-case hexadecimal digits of the bytes. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
