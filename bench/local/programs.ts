import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const PYTHON_VERSION = "1.2.0";

/** One of the two programs that are compared. */
export interface Program {
  readonly name: string;
  /** The command line. */
  readonly cli: readonly string[];
  /** What starts the MCP server. */
  readonly mcp: readonly string[];
}

/** Our executable in dist/; made when it is missing. */
export function ours(): Program {
  const path = join(PROJECT, "dist", "kioku-mesh");
  if (!exists(path)) run(Deno.execPath(), "task", "--cwd", PROJECT, "compile");
  return { name: "kioku-mesh", cli: [path], mcp: [path, "mcp", "serve"] };
}

/** The Python version, installed from PyPI into `folder` with the python3 at hand. */
export function python(folder: string): Program {
  run("python3", "-m", "venv", folder);
  const bin = (name: string) => join(folder, "bin", name);
  run(bin("pip"), "install", "--quiet", "--disable-pip-version-check", `kioku-mesh==${PYTHON_VERSION}`);
  return { name: `Python ${PYTHON_VERSION}`, cli: [bin("kioku-mesh")], mcp: [bin("kioku-mesh-mcp")] };
}

/** The environment of a program whose data is in `state`: nobody's configuration, and no mesh. */
export function surroundings(home: string, state: string): Record<string, string> {
  return {
    HOME: home,
    PATH: Deno.env.get("PATH") ?? "",
    KIOKU_MESH_STATE_DIR: state,
    KIOKU_MESH_BACKEND: "local",
    KIOKU_MESH_AGENT_FAMILY: "bench",
  };
}

function run(command: string, ...args: string[]): void {
  const { success } = new Deno.Command(command, { args, stdout: "inherit", stderr: "inherit" }).outputSync();
  if (!success) throw new Error(`Cannot prepare the comparison: \`${command} ${args.join(" ")}\` failed.`);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
