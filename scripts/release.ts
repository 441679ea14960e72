/**
 * Makes a release in dist/release: for each system an archive of the executable and its engine, and for all of them
 * checksums, a bill of materials, and the scripts that install.
 *
 *   --target linux-x64   for which systems (default: this one); may come again
 *   --engine linux-x64=FOLDER   the router for a system (default for this one: KIOKU_MESH_ENGINE_DIR); without one the program
 *                        works on one machine, and the page says so
 *   --base URL           where the files will be
 *   --collect            compile nothing: finish a release of archives that other machines have made (their .json beside them)
 *   --output FOLDER
 *
 * The same source, Deno and engine give the same archives: times in them are those of the last commit (SOURCE_DATE_EPOCH).
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sha256 } from "../lib/core/digest.ts";
import { isObject } from "../lib/core/json.ts";
import { VERSION } from "../lib/core/version.ts";
import { engineFileNames, type EngineTarget, engineTarget } from "../lib/mesh/engine/target.ts";
import { packFiles, type ReleasedFile } from "./release/archive.ts";
import { type NeededVersion, neededVersions, oldest } from "./release/elf.ts";
import { installer, installPage, type ReleasedArchive } from "./release/installers.ts";
import { bill, crateParts, npmParts } from "./release/sbom.ts";
import { type ReleaseTarget, targetNamed } from "./release/targets.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const NATIVE = engineTarget(Deno.build.os, Deno.build.arch);

const { values } = parseArgs({
  args: Deno.args,
  options: {
    target: { type: "string", multiple: true },
    engine: { type: "string", multiple: true },
    base: { type: "string" },
    collect: { type: "boolean" },
    output: { type: "string" },
  },
});

try {
  const output = values.output ?? join(PROJECT, "dist", "release");
  Deno.mkdirSync(output, { recursive: true });
  const seconds = epoch();
  if (values.collect !== true) {
    const engines = enginesGiven();
    const named = values.target ?? (NATIVE === undefined ? [] : [NATIVE]);
    for (const target of named.map(targetNamed)) {
      await makeArchive(target, engines.get(target.target), output, seconds);
    }
  }
  finish(output, seconds);
} catch (error) {
  write(Deno.stderr, `error: ${error instanceof Error ? error.message : String(error)}\n`);
  Deno.exit(1);
}

/** The time that everything gets, in seconds since 1970. */
function epoch(): number {
  const named = Deno.env.get("SOURCE_DATE_EPOCH");
  if (named !== undefined && /^\d+$/.test(named)) return Number(named);
  const { success, stdout } = new Deno.Command("git", { args: ["log", "-1", "--format=%ct"], cwd: PROJECT })
    .outputSync();
  const text = new TextDecoder().decode(stdout).trim();
  if (success && /^\d+$/.test(text)) return Number(text);
  throw new Error("Cannot tell the time of this release: this is no git repository. Set SOURCE_DATE_EPOCH.");
}

function enginesGiven(): Map<EngineTarget, string> {
  const engines = new Map<EngineTarget, string>();
  const ours = Deno.env.get("KIOKU_MESH_ENGINE_DIR");
  if (NATIVE !== undefined && ours !== undefined && ours !== "") engines.set(NATIVE, ours);
  for (const given of values.engine ?? []) {
    const [name = "", ...folder] = given.split("=");
    engines.set(targetNamed(name).target, folder.join("="));
  }
  return engines;
}

async function makeArchive(
  { target, triple, program }: ReleaseTarget,
  engine: string | undefined,
  output: string,
  seconds: number,
): Promise<void> {
  const work = Deno.makeTempDirSync({ prefix: "kioku-mesh-release-" });
  try {
    compile(join(work, program), triple, target, engine);
    const files = filesOf(work, program);
    const packed = await packFiles(files, seconds);
    const name = `kioku-mesh-${VERSION}-${target}.tar.gz`;
    Deno.writeFileSync(join(output, name), packed);
    const needed = [...files, ...engineFiles(target, engine)].flatMap(({ bytes }) =>
      neededVersions(bytes) ?? []
    );
    const archive: ReleasedArchive = {
      target,
      name,
      sha256: sha256(packed),
      engine: engine !== undefined,
      glibc: oldest(needed, "GLIBC"),
      glibcxx: oldest(needed, "GLIBCXX"),
    };
    Deno.writeTextFileSync(join(output, `${name}.json`), `${JSON.stringify(archive, undefined, 2)}\n`);
    say(describe(archive, packed.length, needed));
  } finally {
    Deno.removeSync(work, { recursive: true });
  }
}

function describe(
  { name, engine, glibc, glibcxx }: ReleasedArchive,
  size: number,
  needed: readonly NeededVersion[],
): string {
  const libraries = [...new Set(needed.map(({ library }) => library))].sort();
  const needs = glibc === undefined
    ? ""
    : `; glibc ${glibc} or later${glibcxx === undefined ? "" : `, GLIBCXX ${glibcxx}`}`;
  return `${name}: ${Math.round(size / 1_000_000)} MB, ${engine ? "with" : "WITHOUT"} its engine${needs}${
    libraries.length === 0 ? "" : ` (${libraries.join(", ")})`
  }`;
}

function compile(path: string, triple: string, target: EngineTarget, engine: string | undefined): void {
  const env = Deno.env.toObject();
  // The runtime that is named is this system's; for others Deno fetches theirs.
  if (target !== NATIVE) delete env.DENORT_BIN;
  env.KIOKU_MESH_ENGINE_DIR = engine ?? "";
  const { success } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-P=script", "--config", join(PROJECT, "deno.json"), join(PROJECT, "scripts", "compile.ts")],
      ...["--output", path, ...(target === NATIVE ? [] : ["--target", triple])],
      ...(engine === undefined ? ["--no-engine"] : []),
    ],
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).outputSync();
  if (!success) throw new Error(`Cannot make the program for ${target}. What Deno said stands above.`);
}

function filesOf(work: string, program: string): ReleasedFile[] {
  const names = [program, "kioku-mesh.engine"].filter((name) => isThere(join(work, name)));
  return [
    ...names.map((name) => ({
      name,
      bytes: Deno.readFileSync(join(work, name)),
      executable: name === program,
    })),
    { name: "LICENSE", bytes: Deno.readFileSync(join(PROJECT, "LICENSE")), executable: false },
  ];
}

function engineFiles(target: EngineTarget, folder: string | undefined): Pick<ReleasedFile, "bytes">[] {
  if (folder === undefined) return [];
  return Object.values(engineFileNames(target)).map((name) => ({
    bytes: Deno.readFileSync(join(folder, name)),
  }));
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Writes what belongs to all archives of the folder. */
function finish(output: string, seconds: number): void {
  const archives = [...Deno.readDirSync(output)].map(({ name }) => name)
    .filter((name) => name.startsWith(`kioku-mesh-${VERSION}-`) && name.endsWith(".tar.gz.json")).sort()
    .map((name) => readArchive(join(output, name)));
  if (archives.length === 0) {
    throw new Error(`Cannot finish the release: ${output} has no archives of ${VERSION}.`);
  }
  for (const { name, sha256: expected } of archives) {
    if (sha256(Deno.readFileSync(join(output, name))) === expected) continue;
    throw new Error(`Cannot finish the release: ${name} is not what its .json says.`);
  }
  const base = values.base ?? ".";
  const facts = { version: VERSION, base, archives };
  const put = (name: string, text: string) => {
    Deno.writeTextFileSync(join(output, name), text);
    return name;
  };
  const template = (name: string) => Deno.readTextFileSync(join(PROJECT, "scripts", "release", name));
  const names = [
    ...archives.map(({ name }) => name),
    put("install.sh", installer(template("install.sh"), facts)),
    put("install.ps1", installer(template("install.ps1"), facts)),
    put("INSTALL.md", installPage(facts)),
    put(`kioku-mesh-${VERSION}.cdx.json`, materials(seconds)),
  ];
  const sums = names.map((name) => `${sha256(Deno.readFileSync(join(output, name)))}  ${name}\n`);
  put("SHA256SUMS", sums.join(""));
  say(`${output}: ${[...names, "SHA256SUMS"].map((name) => basename(name)).join(", ")}`);
}

function readArchive(path: string): ReleasedArchive {
  const value: unknown = JSON.parse(Deno.readTextFileSync(path));
  if (!isObject(value)) throw new Error(`Cannot read ${path}.`);
  const { target, name, sha256, engine, glibc, glibcxx } = value;
  if (typeof target !== "string" || typeof name !== "string" || typeof sha256 !== "string") {
    throw new Error(`Cannot read ${path}.`);
  }
  return {
    target: targetNamed(target).target,
    name,
    sha256,
    engine: engine === true,
    glibc: typeof glibc === "string" ? glibc : undefined,
    glibcxx: typeof glibcxx === "string" ? glibcxx : undefined,
  };
}

function materials(seconds: number): string {
  const info = denoInfo([join(PROJECT, "main.ts")]);
  const lock: unknown = JSON.parse(Deno.readTextFileSync(join(PROJECT, "deno.lock")));
  const cargo = Deno.readTextFileSync(join(PROJECT, "lib", "mesh", "engine", "recipe", "Cargo.lock"));
  const time = new Date(seconds * 1000).toISOString().replace(/\.000Z$/, "Z");
  const released = { version: VERSION, time, deno: Deno.version.deno };
  return bill(released, npmParts(info, lock, licenceReader(info)), crateParts(cargo));
}

function denoInfo(args: readonly string[]): unknown {
  const { success, stdout } = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--config", join(PROJECT, "deno.json"), ...args],
    stderr: "null",
  }).outputSync();
  if (!success) throw new Error("Cannot list the packages: `deno info` failed.");
  const value: unknown = JSON.parse(new TextDecoder().decode(stdout));
  return value;
}

/** Reads packages' own descriptions where Deno keeps them. */
function licenceReader(info: unknown): (name: string, version: string) => string | undefined {
  const own = denoInfo([]);
  const cache = isObject(own) && typeof own.npmCache === "string" ? own.npmCache : "";
  const packages = isObject(info) && isObject(info.npmPackages) ? Object.values(info.npmPackages) : [];
  const hosts = new Set(
    packages.flatMap((one) =>
      isObject(one) && typeof one.registryUrl === "string" ? [new URL(one.registryUrl).host] : []
    ),
  );
  return (name, version) => {
    for (const host of hosts) {
      try {
        const text = Deno.readTextFileSync(join(cache, host, name, version, "package.json"));
        const described: unknown = JSON.parse(text);
        if (isObject(described) && typeof described.license === "string") return described.license;
      } catch {
        // Another registry has it, or it says nothing.
      }
    }
    return undefined;
  };
}

function say(line: string): void {
  write(Deno.stdout, `${line}\n`);
}

function write(sink: { writeSync(bytes: Uint8Array): number }, text: string): void {
  sink.writeSync(new TextEncoder().encode(text));
}
