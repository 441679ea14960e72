import { UsageError } from "../core/errors.ts";
import { readTextIfAny } from "../core/files.ts";
import { isComplete, LONGEST_PASTE } from "../tls/armour.ts";
import type { Output } from "./output.ts";

/**
 * Reads a block: from a file, or from standard input up to its last line, so that nobody has to say that it is over. `hint`
 * tells a person at the terminal what to paste.
 */
export function readPaste(path: string | undefined, hint: string, output: Output): string {
  if (path !== undefined && path !== "-") {
    const text = readTextIfAny(path);
    if (text === undefined) throw new UsageError(`Cannot read ${path}: there is no such file.`);
    return text;
  }
  if (Deno.stdin.isTerminal()) output.note(hint);
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(4096);
  let text = "";
  while (!isComplete(text) && text.length <= LONGEST_PASTE) {
    const read = Deno.stdin.readSync(chunk);
    if (read === null) break;
    text += decoder.decode(chunk.subarray(0, read), { stream: true });
  }
  return text;
}
