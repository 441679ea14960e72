import { dirname, join, resolve } from "node:path";
import { permissionFlags, PERMISSIONS } from "../../../lib/cli/access.ts";
import { PROJECT } from "../../support/source.ts";

/** How a run of the program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What starts the program: for `Deno.Command`, and for MCP clients, which start it themselves. */
export interface Invocation {
  readonly command: string;
  readonly args: string[];
  /** The whole environment; nothing of the test's own is passed on. */
  readonly env: Record<string, string>;
  readonly cwd: string;
}

/** What a run is given besides its arguments. */
export interface Given {
  /** Standard input; closed at once when not given. */
  readonly stdin?: string | Uint8Array;
  /** Variables besides HOME and PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** The working folder; the home when not given. */
  readonly cwd?: string;
  /** The name that it is called by; kioku-mesh when not given. */
  readonly name?: "kioku-mesh-mcp";
}

/** A user of the program, with an empty HOME of the test's own: `using home = newHome()`. */
export interface Home extends Disposable {
  readonly path: string;
  /** Where the program keeps its data. */
  readonly state: string;
  /** Where it looks for config.yaml. */
  readonly config: string;
  /** A path in the home. */
  at(...names: string[]): string;
  invocation(args: readonly string[], given?: Given): Invocation;
  /** Runs the program to its end. A run that takes a minute is killed and fails the test. */
  run(args: readonly string[], given?: Given): Promise<Ended>;
  /** Runs the program and gives its output; any exit code but 0 fails the test. */
  ok(args: readonly string[], given?: Given): Promise<string>;
}

/** The executable under test, `undefined` when it is the source. */
export const EXECUTABLE: string | undefined = named("KIOKU_BIN");

/** An executable of another version, for tests of two versions in one mesh. */
export const OTHER_EXECUTABLE: string | undefined = named("KIOKU_OTHER_BIN");

const LONGEST_RUN = 60_000;

/** Makes a home that is gone with the test; its program may be another executable than the one under test. */
export function newHome(
  variables: Readonly<Record<string, string>> = {},
  executable: string | undefined = EXECUTABLE,
): Home {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kioku-home-" }));
  const state = join(path, "state");
  const home: Home = {
    path,
    state,
    config: join(path, ".config", "kioku-mesh"),
    at: (...names) => join(path, ...names),
    invocation: (args, given = {}) => ({
      ...start(args, given.name, executable),
      env: {
        ...surroundings(executable),
        HOME: path,
        KIOKU_MESH_STATE_DIR: state,
        ...variables,
        ...given.env,
      },
      cwd: given.cwd ?? path,
    }),
    run: (args, given = {}) => run(home.invocation(args, given), given.stdin),
    async ok(args, given) {
      const { code, stdout, stderr } = await home.run(args, given);
      if (code !== 0) throw new Error(`kioku-mesh ${args.join(" ")}: exit code ${code}\n${stderr}`);
      return stdout;
    },
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
  return home;
}

function start(
  args: readonly string[],
  name: Given["name"],
  executable: string | undefined,
): { command: string; args: string[] } {
  if (executable !== undefined) {
    return { command: name === undefined ? executable : join(dirname(executable), name), args: [...args] };
  }
  const config = join(PROJECT, "deno.json");
  const flags = ["run", "--quiet", "--cached-only", "--config", config, ...permissionFlags(PERMISSIONS)];
  const entry = name === undefined ? "main.ts" : "mcp.ts";
  return { command: Deno.execPath(), args: [...flags, join(PROJECT, entry), ...args] };
}

async function run({ command, args, env, cwd }: Invocation, stdin: string | Uint8Array = ""): Promise<Ended> {
  const child = new Deno.Command(command, {
    args,
    env,
    cwd,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, LONGEST_RUN);
  try {
    const [output] = await Promise.all([child.output(), feed(child.stdin, stdin)]);
    const decoder = new TextDecoder();
    const stderr = decoder.decode(output.stderr);
    if (late) {
      throw new Error(`kioku-mesh did not end within ${LONGEST_RUN} ms: ${args.join(" ")}\n${stderr}`);
    }
    return { code: output.code, stdout: decoder.decode(output.stdout), stderr };
  } finally {
    clearTimeout(limit);
  }
}

// The program may end without having read its input; how it ended is what a test looks at.
async function feed(sink: WritableStream<Uint8Array>, input: string | Uint8Array): Promise<void> {
  const writer = sink.getWriter();
  try {
    if (input.length > 0) {
      await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
    }
    await writer.close();
  } catch {
    return;
  }
}

let denoFolder: string | undefined;

// PATH finds nothing of ours, but a program without it is in no shell's shape. The source needs Deno's cache, which
// would be looked for in the new HOME.
function surroundings(executable: string | undefined): Record<string, string> {
  const path = { PATH: Deno.env.get("PATH") ?? "" };
  if (executable !== undefined) return path;
  denoFolder ??= findDenoFolder();
  return { ...path, DENO_DIR: denoFolder, DENO_NO_UPDATE_CHECK: "1" };
}

function findDenoFolder(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" })
    .outputSync();
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
  return denoDir;
}

function named(variable: string): string | undefined {
  const value = Deno.env.get(variable);
  return value === undefined || value === "" ? undefined : resolve(PROJECT, value);
}
