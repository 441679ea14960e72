import { UsageError } from "../core/errors.ts";

/** The most that is read from standard input, in bytes: a memory, not a file. */
const MOST = 1_048_576;

/** The text itself, or standard input when it is `-`, without the line end at its end. */
export function readInput(argument: string): string {
  if (argument !== "-") return argument;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = new Uint8Array(65_536);
    const read = Deno.stdin.readSync(chunk);
    if (read === null) break;
    length += read;
    if (length > MOST) {
      throw new UsageError(`Cannot save: standard input holds more than ${MOST} bytes. Save the gist of it.`);
    }
    chunks.push(chunk.subarray(0, read));
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    throw new UsageError("Cannot save: standard input is not UTF-8 text.");
  }
}
