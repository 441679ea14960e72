import type { Given, Home } from "./program.ts";

/** A run of the program on a terminal of its own, with which a test talks. */
export interface Dialogue {
  /** What the terminal shows from here on, up to what fits the pattern. Fails when that has not come within 30 s. */
  see(pattern: RegExp): Promise<RegExpExecArray>;
  /** Types a line. */
  type(text: string): Promise<void>;
  /** Waits for the end; gives the exit code and all that was shown. */
  end(): Promise<{ code: number; shown: string }>;
}

const LONGEST_MS = 30_000;

/** Starts the program on a terminal, through `script` of util-linux. */
export function talk(home: Home, args: readonly string[], given: Given = {}): Dialogue {
  const { command, args: words, env, cwd } = home.invocation(args, given);
  const line = [command, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", line, "/dev/null"],
    env: { SHELL: "/bin/sh", TERM: "dumb", ...env },
    cwd,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    signal: AbortSignal.timeout(LONGEST_MS * 2),
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
    async type(text) {
      await writer.write(new TextEncoder().encode(`${text}\n`));
    },
    async end() {
      while (await more());
      const { code } = await child.status;
      await writer.close().catch(() => {});
      return { code, shown };
    },
  };
}
