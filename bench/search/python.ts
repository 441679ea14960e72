import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Observation } from "../../lib/memory/observation.ts";
import { python as install } from "../local/programs.ts";
import type { Judged } from "./data.ts";
import type { Engine } from "./measure.ts";

const SCRIPT = fileURLToPath(new URL("python_engine.py", import.meta.url));

/**
 * The search of the Python version 1.2.0, live: with the Python executable that the variable KIOKU_PYTHON names, else
 * with one installed from PyPI and thrown away afterwards. It is given every memory and leaves superseded ones out itself.
 */
export function pythonEngine(memories: readonly Observation[], queries: readonly Judged[]): Engine {
  const folder = Deno.makeTempDirSync({ prefix: "kioku-bench-" });
  try {
    const executable = Deno.env.get("KIOKU_PYTHON") || pythonIn(join(folder, "venv"));
    const asked = queries.map(({ query }) => query);
    const answers = run(executable, folder, {
      payloads: memories.map(({ payload }) => payload),
      queries: asked,
      limit: 10,
    });
    const byQuery = new Map(asked.map((query, index) => [query, answers[index] ?? []]));
    return { name: "Python 1.2.0", search: (query) => byQuery.get(query) ?? [] };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function pythonIn(folder: string): string {
  install(folder);
  return join(folder, "bin", "python");
}

function run(executable: string, folder: string, input: object): string[][] {
  const given = join(folder, "input.json");
  Deno.writeTextFileSync(given, JSON.stringify(input));
  const { success, stdout, stderr } = new Deno.Command("sh", {
    args: ["-c", 'exec "$0" "$1" < "$2"', executable, SCRIPT, given],
    env: { HOME: folder, KIOKU_MESH_STATE_DIR: join(folder, "state"), KIOKU_MESH_BACKEND: "local" },
    clearEnv: true,
  }).outputSync();
  if (!success) throw new Error(`The Python version failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
