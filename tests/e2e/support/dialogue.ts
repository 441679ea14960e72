import type { Given, Home } from "./program.ts";

/** A run of the program on a terminal of its own, with which a test talks. */
export interface Dialogue extends AsyncDisposable {
  /** What the terminal shows from here on, up to what fits the pattern. Fails when it never comes. */
  see(pattern: RegExp): Promise<RegExpExecArray>;
  /** Types a line. */
  type(text: string): Promise<void>;
  /** Presses Ctrl-C. */
  interrupt(): Promise<void>;
  /** Waits for the end; gives the exit code and all that was shown. */
  end(): Promise<{ code: number; shown: string }>;
}

/** A run that takes longer is ended. Milliseconds. */
const LONGEST_MS = 120_000;

/** Starts the program on a terminal, through `script` of util-linux. */
export function talk(home: Home, args: readonly string[], given: Given = {}): Dialogue {
  const { command, args: words, env, cwd } = home.invocation(args, given);
  const line = [command, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", `exec ${line}`, "/dev/null"],
    env: { SHELL: "/bin/sh", TERM: "dumb", ...env },
    cwd,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    signal: AbortSignal.timeout(LONGEST_MS),
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let shown = "";
  let at = 0;
  const more = async () => {
    const { value, done } = await reader.read();
    if (value !== undefined) shown += value.replaceAll("\r", "");
    return !done;
  };
  const send = (text: string) => writer.write(new TextEncoder().encode(text));
  const end = async () => {
    while (await more());
    const { code } = await child.status;
    await writer.close().catch(() => {});
    return { code, shown };
  };
  return {
    async see(pattern) {
      for (;;) {
        const found = pattern.exec(shown.slice(at));
        if (found !== null) {
          at += found.index + found[0].length;
          return found;
        }
        if (!await more()) throw new Error(`The terminal never showed ${pattern}:\n${shown}`);
      }
    },
    type: (text) => send(`${text}\n`),
    interrupt: () => send("\u0003"),
    end,
    async [Symbol.asyncDispose]() {
      await send("\u0003").catch(() => {});
      await end();
    },
  };
}
