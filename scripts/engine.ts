/**
 * Provides the Zenoh engine, zenohd with its remote-api, storage-manager and RocksDB plugins, and packs it into the
 * file dist/engine/TARGET.engine, from where `deno task compile` takes it. It comes from the folder that
 * KIOKU_MESH_ENGINE_DIR names; without one it is built from the Rust package registry, locked, by lib/mesh/engine/recipe (11 minutes on two cores). That
 * needs cargo, a C++ compiler and libclang, for RocksDB's bindings.
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packEngine, writeManifest } from "../lib/mesh/engine/pack.ts";
import { engineFileNames, type EngineTarget, engineTarget } from "../lib/mesh/engine/target.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const NATIVE = engineTarget(Deno.build.os, Deno.build.arch);
const CRATES = ["zenohd", "zenoh-plugin-remote-api", "zenoh-plugin-storage-manager", "zenoh-backend-rocksdb"];

const { values } = parseArgs({
  args: Deno.args,
  options: { target: { type: "string" }, output: { type: "string" } },
});

try {
  const target = values.target === undefined ? NATIVE : targetOf(values.target);
  if (target === undefined) throw new Error("the engine does not exist for this system");
  const folder = Deno.env.get("KIOKU_MESH_ENGINE_DIR") ?? await build(target);
  const output = values.output ?? join(PROJECT, "dist", "engine", `${target}.engine`);
  const manifest = await packEngine(folder, target, output);
  const megabytes = Math.round(Deno.statSync(output).size / 1_000_000);
  say(`${relative(Deno.cwd(), output)}: ${megabytes} MB, ${manifest.size} files of ${folder}`);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  Deno.stderr.writeSync(new TextEncoder().encode(`error: Cannot provide the engine: ${message}.\n`));
  Deno.exit(1);
}

function targetOf(text: string): EngineTarget {
  const [os = "", arch = ""] = text.split("-");
  const target = engineTarget(os, arch === "x64" ? "x86_64" : arch === "arm64" ? "aarch64" : arch);
  if (target === undefined) throw new Error(`${text} is no target; write it as linux-x64`);
  return target;
}

/** Builds the engine for this system; the folder can also be named in KIOKU_MESH_ENGINE_DIR. */
async function build(target: EngineTarget): Promise<string> {
  if (target !== NATIVE) {
    throw new Error(
      `it is built on the system that it is for; name a folder for ${target} in KIOKU_MESH_ENGINE_DIR`,
    );
  }
  const work = join(PROJECT, "dist", "engine-build");
  Deno.mkdirSync(join(work, "src"), { recursive: true });
  // A package of its own must have a library; only its dependencies are built.
  Deno.writeTextFileSync(join(work, "src", "lib.rs"), "");
  for (const name of ["Cargo.toml", "Cargo.lock"]) {
    Deno.copyFileSync(join(PROJECT, "lib", "mesh", "engine", "recipe", name), join(work, name));
  }
  const command = new Deno.Command("cargo", {
    args: ["build", "--release", "--locked", ...CRATES.flatMap((crate) => ["-p", crate])],
    cwd: work,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  });
  if (!(await command.output()).success) throw new Error("cargo failed; what it said stands above");
  const folder = join(work, target);
  for (const name of Object.values(engineFileNames(target))) {
    const path = join(folder, name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.copyFileSync(join(work, "target", "release", name), path);
  }
  await writeManifest(folder, target);
  return folder;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
