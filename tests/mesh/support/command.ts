import { isFile } from "../../../lib/core/files.ts";
import { freePort } from "../../../lib/mesh/ports.ts";
import { type Given, type Home, newHome } from "../../e2e/support/program.ts";
import { ENGINE_FOLDER, soon } from "./host.ts";

/** A command that goes on running, such as `peer`. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** All lines so far, of both streams. */
  readonly lines: readonly string[];
  /** Waits for a line. */
  line(pattern: RegExp): Promise<string>;
  /** Asks it to end; gives the exit code. */
  end(signal?: Deno.Signal): Promise<number>;
}

/** A home whose program, another executable than the one under test where one is given, has the engine under test. */
export function meshHome(variables: Readonly<Record<string, string>> = {}, executable?: string): Home {
  if (ENGINE_FOLDER === undefined) {
    throw new Error("KIOKU_MESH_ENGINE_DIR must name a folder with the engine.");
  }
  return newHome({
    KIOKU_MESH_AGENT_FAMILY: "claude",
    KIOKU_MESH_CLIENT_ID: "alice@mbp",
    KIOKU_MESH_ENGINE_DIR: ENGINE_FOLDER,
    ...variables,
  }, executable);
}

/** Starts a command and leaves it running; it is ended with the test. */
export function start(home: Home, args: readonly string[], given: Given = {}): Running {
  const { command, args: all, env, cwd } = home.invocation(args, given);
  const child = new Deno.Command(command, {
    args: all,
    env,
    cwd,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const all = (rest + text).split("\n");
      rest = all.pop() ?? "";
      lines.push(...all);
      for (const look of waiting) look();
    }
  };
  const printed = Promise.all([read(child.stdout), read(child.stderr)]);
  let ended = false;
  const over = Promise.all([child.status, printed]).then(([{ code }]) => {
    ended = true;
    for (const look of waiting) look();
    return code;
  });
  const end = async (signal: Deno.Signal = "SIGTERM") => {
    if (!ended) child.kill(signal);
    return await soon(over, 10_000, `the end of ${args.join(" ")}: ${lines.join("\n")}`);
  };
  return {
    pid: child.pid,
    lines,
    line: (pattern) =>
      soon(
        new Promise((resolve, reject) => {
          const look = () => {
            const found = lines.find((text) => pattern.test(text));
            if (found === undefined && !ended) return;
            waiting.delete(look);
            if (found !== undefined) resolve(found);
            else reject(new Error(`${args.join(" ")} ended without ${pattern}:\n${lines.join("\n")}`));
          };
          waiting.add(look);
          look();
        }),
        30_000,
        `${pattern} of ${args.join(" ")}`,
      ),
    end,
    async [Symbol.asyncDispose]() {
      await end("SIGKILL");
    },
  };
}

/** Sets homes up as a hub and its spokes; gives the hub's endpoint. */
export async function setUp(hub: Home, ...spokes: readonly Home[]): Promise<string> {
  const endpoint = `tcp/127.0.0.1:${freePort()}`;
  await hub.ok(["init", "--mode", "hub", "--listen", endpoint]);
  for (const spoke of spokes) await spoke.ok(["init", "--mode", "spoke", "--connect", endpoint]);
  return endpoint;
}

/** The process of the router that runs for a home; undefined when none is written down. */
export function routerOf(home: Home): number | undefined {
  const path = `${home.state}/router/running.json`;
  return isFile(path) ? Number(JSON.parse(Deno.readTextFileSync(path)).pid) : undefined;
}
