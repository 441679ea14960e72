import { UsageError } from "../core/errors.ts";
import type { Output } from "./output.ts";

/**
 * Asks a person to type `word` before something that cannot be undone. Without a terminal nobody can answer, so that
 * is a UsageError that names the switch which says yes.
 */
export function confirm(question: string, word: string, output: Output): boolean {
  if (answerTo(question, `${question} Type ${word} to go on:`, output) === word) return true;
  output.note("cancelled.");
  return false;
}

/** Asks a person for yes or no; anything but a yes is a no. Without a terminal it is the same UsageError. */
export function ask(question: string, output: Output): boolean {
  return /^y(?:es)?$/i.test(answerTo(question, `${question} [y/N]`, output));
}

/** How many lines that are not blank may stand behind what was pasted. */
const LEFT_OVER = 3;

/**
 * Asks a person at a terminal after something was pasted there, whose last lines come first. `code` must be one that the
 * pasted text cannot know.
 */
export function confirmPasted(question: string, code: string, output: Output): boolean {
  output.note(`${question} Type ${code} to go on:`);
  for (let wrong = 0; wrong < LEFT_OVER;) {
    const line = readLine();
    if (line === code) return true;
    if (line === undefined) break;
    if (line !== "") wrong++;
  }
  output.note("cancelled.");
  return false;
}

function answerTo(question: string, shown: string, output: Output): string {
  if (!Deno.stdin.isTerminal()) {
    throw new UsageError(
      `Cannot ask "${question}": standard input is no terminal. Add --yes to go on without asking.`,
    );
  }
  output.note(shown);
  return readLine() ?? "";
}

// A terminal gives a line at a time.
function readLine(): string | undefined {
  const answer = new Uint8Array(256);
  const length = Deno.stdin.readSync(answer);
  return length === null ? undefined : new TextDecoder().decode(answer.subarray(0, length)).trim();
}
