/**
 * Makes the executable: dist/kioku-mesh, and the name kioku-mesh-mcp beside it. `--target` compiles for another platform,
 * `--output` puts it elsewhere; `--entry` compiles a test's own program in the same way; `--no-engine` leaves the engine out.
 *
 * The source is bundled before it is compiled: a start takes 24 ms in place of 63 and a save 40 in place of 81, and only
 * what is reachable is embedded, not every package of the lock file (docs/adr). The code cache is off: Deno keeps it
 * under a name that anybody can foresee in the shared temporary folder, and it saves 1 ms.
 *
 * The Zenoh engine for the target, from the folder that KIOKU_MESH_ENGINE_DIR names or as `deno task engine` packed it, comes along: in the executable on Linux, where it costs a
 * start nothing, else in the file kioku-mesh.engine beside it (docs/adr). Without one the program is made all the same.
 */
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { permissionFlags, PERMISSIONS } from "../lib/cli/access.ts";
import { packEngine } from "../lib/mesh/engine/pack.ts";
import { spliceArchive } from "../lib/mesh/engine/archive.ts";
import { type EngineTarget, engineTarget } from "../lib/mesh/engine/target.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  args: Deno.args,
  options: {
    target: { type: "string" },
    output: { type: "string" },
    entry: { type: "string" },
    "no-engine": { type: "boolean" },
  },
});
const forWindows = values.target === undefined
  ? Deno.build.os === "windows"
  : values.target.includes("windows");
const output = values.output ?? join(PROJECT, "dist", forWindows ? "kioku-mesh.exe" : "kioku-mesh");

try {
  compile();
  if (values.entry === undefined) {
    if (values["no-engine"] !== true) await addEngine();
    say(relative(Deno.cwd(), nameForAgents()));
  }
} catch (error) {
  Deno.stderr.writeSync(
    new TextEncoder().encode(`error: ${error instanceof Error ? error.message : error}\n`),
  );
  Deno.exit(1);
}

function compile(): void {
  const entry = values.entry ?? join(PROJECT, "main.ts");
  const bundle = Deno.makeTempDirSync({ prefix: "kioku-mesh-bundle-" });
  try {
    // Without the condition, tslib of @peculiar/x509 loses its exports.
    deno([
      "bundle",
      "--quiet",
      "--platform=deno",
      "--conditions=module",
      "--code-splitting",
      `--outdir=${bundle}`,
      entry,
    ]);
    const embedded = [...Deno.readDirSync(bundle)].map(({ name }) => Deno.statSync(join(bundle, name)).size);
    // Deno writes down when each file was changed; without that the same source gives the same program.
    for (const { name } of Deno.readDirSync(bundle)) Deno.utimeSync(join(bundle, name), 0, 0);
    Deno.mkdirSync(dirname(output), { recursive: true });
    deno([
      ...["compile", "--quiet", "--no-config", "--no-lock", "--no-check", "--no-code-cache"],
      ...permissionFlags(PERMISSIONS),
      ...(values.target === undefined ? [] : ["--target", values.target]),
      ...["--include", bundle, "--output", output, join(bundle, `${basename(entry, ".ts")}.js`)],
    ]);
    const kilobytes = Math.round(embedded.reduce((sum, size) => sum + size, 0) / 1000);
    const megabytes = Math.round(Deno.statSync(output).size / 1_000_000);
    const name = relative(Deno.cwd(), output);
    say(`${name}: ${megabytes} MB, of them ${kilobytes} kB ours in ${embedded.length} files`);
  } finally {
    Deno.removeSync(bundle, { recursive: true });
  }
}

async function addEngine(): Promise<void> {
  const target = targetOf(values.target);
  const packed = join(PROJECT, "dist", "engine", `${target}.engine`);
  const named = Deno.env.get("KIOKU_MESH_ENGINE_DIR");
  if (named !== undefined && named !== "" && target !== undefined) await packEngine(named, target, packed);
  let archive: Uint8Array<ArrayBuffer>;
  try {
    archive = Deno.readFileSync(packed);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    say(
      `no engine for ${target}: \`deno task engine\` makes one; without it the program works on one machine`,
    );
    return;
  }
  if (target?.startsWith("linux")) {
    const spliced = spliceArchive(Deno.readFileSync(output), archive);
    if (spliced === undefined) {
      throw new Error("Cannot add the engine: the program does not end as Deno's do.");
    }
    Deno.writeFileSync(output, spliced);
    say(
      `${relative(Deno.cwd(), output)}: ${
        Math.round(spliced.length / 1_000_000)
      } MB with the engine for ${target}`,
    );
    return;
  }
  const beside = join(dirname(output), "kioku-mesh.engine");
  Deno.writeFileSync(beside, archive);
  say(`${relative(Deno.cwd(), beside)}: the engine for ${target}; it belongs beside the program`);
}

// Deno's targets are named as Rust's: x86_64-unknown-linux-gnu.
function targetOf(triple: string | undefined): EngineTarget | undefined {
  if (triple === undefined) return engineTarget(Deno.build.os, Deno.build.arch);
  const os = ["linux", "windows", "darwin"].find((name) => triple.includes(name)) ?? "";
  return engineTarget(os, triple.split("-")[0] ?? "");
}

/**
 * The name kioku-mesh-mcp: a link, since the program looks at the name it was called by (main.ts); on Windows, where
 * links need rights that most users lack, a launcher.
 */
function nameForAgents(): string {
  const folder = dirname(output);
  const program = relative(folder, output);
  const path = join(folder, forWindows ? "kioku-mesh-mcp.cmd" : "kioku-mesh-mcp");
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (forWindows) Deno.writeTextFileSync(path, `@"%~dp0${program}" mcp serve %*\r\n`);
  else Deno.symlinkSync(program, path);
  return path;
}

function deno(args: readonly string[]): void {
  const { success } = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).outputSync();
  if (success) return;
  throw new Error(`Cannot compile: \`deno ${args[0]}\` failed. What it said stands above.`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
