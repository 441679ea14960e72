import { Failure, UsageError } from "../core/errors.ts";
import { readTextIfAny } from "../core/files.ts";
import type { Surroundings } from "../memory/open.ts";
import type { AskPassphrase } from "../tls/private_key.ts";
import type { Output } from "./output.ts";

/** How a passphrase is asked for: from the file that KIOKU_MESH_CA_PASSPHRASE_FILE names, else on the terminal, unseen. */
export function passphraseOf(around: Surroundings, output: Output): AskPassphrase {
  return () => Promise.resolve(fromFile(around) ?? ask("Passphrase of the authority's key:", output));
}

/** A new passphrase: from that file, else asked twice on the terminal. */
export function newPassphrase(around: Surroundings, output: Output): string {
  const given = fromFile(around);
  if (given !== undefined) return given;
  const first = ask("Passphrase for the authority's key:", output);
  if (first === "") {
    throw new UsageError("Cannot use an empty passphrase. Leave out --passphrase to have none.");
  }
  if (ask("Once more:", output) === first) return first;
  throw new UsageError("Cannot use the passphrase: the two are not the same.");
}

function fromFile({ env }: Surroundings): string | undefined {
  const path = env.ours("CA_PASSPHRASE_FILE");
  if (path === undefined) return undefined;
  const [line] = (readTextIfAny(path) ?? "").split(/\r?\n/);
  if (line !== undefined && line !== "") return line;
  throw new UsageError(
    `Cannot use KIOKU_MESH_CA_PASSPHRASE_FILE: ${path} is not there or its first line is empty.`,
  );
}

/** Keys as a terminal in raw mode sends them. */
const KEY = {
  interrupt: 0x03,
  end: 0x04,
  backspace: 0x08,
  lineFeed: 0x0a,
  enter: 0x0d,
  delete: 0x7f,
} as const;

function ask(question: string, output: Output): string {
  if (!Deno.stdin.isTerminal()) {
    throw new UsageError(
      "Cannot ask for the passphrase: standard input is no terminal. Name a file that holds it in " +
        "KIOKU_MESH_CA_PASSPHRASE_FILE.",
    );
  }
  // Before the question: whoever answers at once must not be shown either.
  Deno.stdin.setRaw(true);
  try {
    output.note(question);
    return readUnseen();
  } finally {
    Deno.stdin.setRaw(false);
  }
}

function readUnseen(): string {
  const typed: number[] = [];
  const key = new Uint8Array(1);
  for (;;) {
    const read = Deno.stdin.readSync(key);
    const [code = KEY.end] = read === null ? [] : key;
    if (code === KEY.interrupt || (code === KEY.end && typed.length === 0)) {
      throw new Failure("Cannot go on: cancelled.");
    }
    if (code === KEY.enter || code === KEY.lineFeed || code === KEY.end) break;
    if (code === KEY.backspace || code === KEY.delete) removeCharacter(typed);
    else typed.push(code);
  }
  return new TextDecoder().decode(Uint8Array.from(typed));
}

// A character of UTF-8 is one byte, or one that begins with 11 and those after it, which begin with 10.
function removeCharacter(typed: number[]): void {
  while (((typed.pop() ?? 0) & 0xc0) === 0x80);
}
