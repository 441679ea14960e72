import type { Environment } from "../core/environment.ts";
import { LAUNCHER_VARIABLES } from "../core/identity.ts";
import type { Output } from "./output.ts";

/** A program that shows a long text page by page. It was started before anything was read; now it is only written to. */
export interface Pager {
  /** Writes results to the pager; all else goes where it went. */
  readonly output: Output;
  /** Hands over what was written, and waits until the person has closed the pager. */
  end(): Promise<void>;
}

/**
 * Starts the person's pager: $PAGER, else less, told by $LESS unless that is set to leave what fits on one screen, and to show
 * colours. Undefined when the person wants none (PAGER=cat), or when it is an agent that holds the terminal: it would wait there
 * for ever.
 */
export function startPager(env: Environment, output: Output): Pager | undefined {
  const windows = Deno.build.os === "windows";
  const named = (env.other("PAGER") ?? (windows ? "cat" : "less")).trim();
  const isAgent = LAUNCHER_VARIABLES.some((name) => env.other(name) !== undefined);
  if (named === "cat" || isAgent || !Deno.stdin.isTerminal()) return undefined;
  const words = windows ? named.split(/\s+/) : ["sh", "-c", named];
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(words[0] ?? named, {
      args: words.slice(1),
      env: env.other("LESS") === undefined ? { LESS: "FRX" } : {},
      stdin: "piped",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  } catch {
    return undefined;
  }
  // The pager answers an interrupt itself; without us nobody would wait for it.
  Deno.addSignalListener("SIGINT", () => {});
  const lines: string[] = [];
  return {
    output: {
      line: (text) => void lines.push(`${text}\n`),
      note: (text) => output.note(text),
      progress: (text) => output.progress(text),
      isTerminal: output.isTerminal,
      colour: output.colour,
    },
    async end() {
      const writer = child.stdin.getWriter();
      try {
        await writer.write(new TextEncoder().encode(lines.join("")));
        await writer.close();
      } catch {
        // Whoever has seen enough closes the pager before its end.
      }
      await child.status;
    },
  };
}
