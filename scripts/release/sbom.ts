import { sha256 } from "../../lib/core/digest.ts";
import { isObject } from "../../lib/core/json.ts";

/** A package that is part of the executable or of its engine. */
export interface Part {
  /** `pkg:npm/zod@4.6.7` (package URL). */
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  /** What its registry says of its archive. */
  readonly hash: { readonly alg: "SHA-256" | "SHA-512"; readonly content: string } | undefined;
  /** SPDX expression; undefined when the lock file does not say. */
  readonly licence: string | undefined;
  /** Package URLs. */
  readonly dependsOn: readonly string[];
}

/** What a bill of materials is of. */
export interface Released {
  readonly version: string;
  /** ISO time. */
  readonly time: string;
  /** The version of Deno whose runtime is in the executables. */
  readonly deno: string;
}

/**
 * A bill of materials in CycloneDX 1.6 (JSON): the packages that the bundle reaches and the engine's crates. The same for the
 * same parts, so that it can be made again and compared.
 */
export function bill(
  { version, time, deno }: Released,
  npm: readonly Part[],
  crates: readonly Part[],
): string {
  const main = `pkg:generic/kioku-mesh@${version}`;
  const runtime: Part = {
    purl: `pkg:github/denoland/deno@v${deno}`,
    name: "deno",
    version: deno,
    hash: undefined,
    licence: "MIT",
    dependsOn: [],
  };
  const parts = [runtime, ...npm, ...crates];
  const content = {
    metadata: {
      timestamp: time,
      component: {
        "type": "application",
        "bom-ref": main,
        name: "kioku-mesh",
        version,
        licenses: [{ expression: "MIT" }],
        purl: main,
      },
    },
    components: parts.map(component),
    dependencies: [
      { ref: main, dependsOn: parts.map(({ purl }) => purl) },
      ...parts.map(({ purl, dependsOn }) => ({ ref: purl, dependsOn })),
    ],
  };
  const digest = sha256(JSON.stringify(content));
  // A UUID of version 8: made of our own digest.
  const uuid = [8, 4, 4, 4, 12].reduce<readonly [string[], number]>(
    ([pieces, at], length) => [[...pieces, digest.slice(at, at + length)], at + length],
    [[], 0],
  )[0].map((piece, n) => n === 2 ? `8${piece.slice(1)}` : n === 3 ? `8${piece.slice(1)}` : piece).join("-");
  return `${
    JSON.stringify(
      {
        bomFormat: "CycloneDX",
        specVersion: "1.6",
        serialNumber: `urn:uuid:${uuid}`,
        version: 1,
        ...content,
      },
      undefined,
      2,
    )
  }\n`;
}

function component({ purl, name, version, hash, licence }: Part): unknown {
  return {
    "type": "library",
    "bom-ref": purl,
    name,
    version,
    ...(hash === undefined ? {} : { hashes: [hash] }),
    ...(licence === undefined ? {} : { licenses: [{ expression: licence }] }),
    purl,
  };
}

/**
 * The packages that a program reaches, from what `deno info --json` says of it and from the lock file. `licenceOf` reads a
 * package's own description.
 */
export function npmParts(
  info: unknown,
  lock: unknown,
  licenceOf: (name: string, version: string) => string | undefined,
): Part[] {
  if (!isObject(info) || !Array.isArray(info.modules) || !isObject(info.npmPackages)) {
    throw new Error("Cannot list the packages: `deno info` has another form than expected.");
  }
  const packages = info.npmPackages;
  const reached = new Set<string>();
  const waiting = info.modules.flatMap((module: unknown) =>
    isObject(module) && typeof module.npmPackage === "string" ? [module.npmPackage] : []
  );
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    waiting.push(...dependenciesOf(packages[id]));
  }
  const locked = isObject(lock) && isObject(lock.npm) ? lock.npm : {};
  return [...reached].sort().map((id) => {
    const found = packages[id];
    const { name, version } = isObject(found) ? found : {};
    if (typeof name !== "string" || typeof version !== "string") {
      throw new Error(`Cannot list the package ${id}.`);
    }
    const entry = locked[id];
    const integrity = isObject(entry) && typeof entry.integrity === "string" ? entry.integrity : "";
    const [, base64] = /^sha512-(.+)$/.exec(integrity) ?? [];
    return {
      purl: npmPurl(name, version),
      name,
      version,
      hash: base64 === undefined ? undefined : { alg: "SHA-512", content: hexOf(base64) },
      licence: licenceOf(name, version),
      dependsOn: dependenciesOf(found).map((other) => {
        const at = other.lastIndexOf("@");
        return npmPurl(other.slice(0, at), other.slice(at + 1).split("_")[0] ?? "");
      }),
    };
  });
}

function dependenciesOf(found: unknown): string[] {
  return isObject(found) && Array.isArray(found.dependencies) ? found.dependencies.map(String) : [];
}

function npmPurl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function hexOf(base64: string): string {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).toHex();
}

/** The crates of a Cargo.lock, but not the packages of the workspace itself. */
export function crateParts(lock: string): Part[] {
  const blocks = lock.split(/^\[\[package\]\]$/m).slice(1).map((block) => {
    const field = (name: string) => new RegExp(`^${name} = "([^"]*)"$`, "m").exec(block)?.[1];
    const list = /^dependencies = \[([^\]]*)\]/m.exec(block)?.[1] ?? "";
    return {
      name: field("name") ?? "",
      version: field("version") ?? "",
      checksum: field("checksum"),
      external: field("source") !== undefined,
      dependencies: [...list.matchAll(/"([^"]+)"/g)].map(([, one = ""]) => one),
    };
  });
  const versionOf = (named: string): string => {
    // A version stands there only where there are several.
    const [name = "", version = blocks.find((one) => one.name === name)?.version ?? ""] = named.split(" ");
    return `pkg:cargo/${name}@${version}`;
  };
  return blocks.filter(({ external }) => external).map(({ name, version, checksum, dependencies }) => ({
    purl: `pkg:cargo/${name}@${version}`,
    name,
    version,
    hash: checksum === undefined ? undefined : { alg: "SHA-256", content: checksum },
    licence: undefined,
    dependsOn: [...new Set(dependencies.map(versionOf))],
  }));
}
