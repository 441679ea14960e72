import type { Given, Home } from "./program.ts";

/**
 * Runs the program on a terminal of its own, through `script` of util-linux, and gives what that shows, without the
 * carriage returns. How it ended is not told.
 */
export async function onTerminal(home: Home, args: readonly string[], given: Given = {}): Promise<string> {
  const { command, args: words, env, cwd } = home.invocation(args, given);
  const line = [command, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const { stdout } = await new Deno.Command("script", {
    args: ["--quiet", "--command", line, "/dev/null"],
    env: { SHELL: "/bin/sh", TERM: "dumb", ...env },
    cwd,
    clearEnv: true,
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  return new TextDecoder().decode(stdout).replaceAll("\r", "");
}
