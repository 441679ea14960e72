import { UsageError } from "../core/errors.ts";
import type { Output } from "./output.ts";

/**
 * Asks a person to type `word` before something that cannot be undone. Without a terminal nobody can answer, so that
 * is a UsageError that names the switch which says yes.
 */
export function confirm(question: string, word: string, output: Output): boolean {
  if (!Deno.stdin.isTerminal()) {
    throw new UsageError(
      `Cannot ask "${question}": standard input is no terminal. Add --yes to go on without asking.`,
    );
  }
  output.note(`${question} Type ${word} to go on:`);
  const answer = new Uint8Array(256);
  const length = Deno.stdin.readSync(answer) ?? 0;
  if (new TextDecoder().decode(answer.subarray(0, length)).trim() === word) return true;
  output.note("cancelled.");
  return false;
}
