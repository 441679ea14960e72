import assert from "node:assert/strict";
import { VERSION } from "../../lib/core/version.ts";
import { type Finding, parseSource, PROJECT, readSource, type Source, sourcesIn } from "../support/source.ts";

/** Which folders of lib/ a folder may import (DESIGN §2): its arrows, followed to their ends. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  store: ["core"],
  trust: ["store", "core"],
  memory: ["trust", "store", "core"],
  messaging: ["trust", "store", "core"],
  bridge: ["memory", "messaging", "store", "core"],
  tls: ["trust", "core"],
  clients: ["core"],
  mesh: ["memory", "messaging", "tls", "trust", "store", "core"],
  ui: ["bridge", "memory", "messaging", "trust", "store", "core"],
  mcp: ["bridge", "memory", "messaging", "store", "core"],
  cli: ["mcp", "ui", "bridge", "clients", "mesh", "tls", "memory", "messaging", "trust", "store", "core"],
};

/** Which folders of lib/ may import a package or built-in module. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@modelcontextprotocol/server": ["mcp"],
  "commander": ["cli"],
  "json5": ["mesh"],
  "jsonc-parser": ["clients"],
  "node:buffer": ["trust"],
  "node:crypto": ["core", "trust"],
  "@peculiar/x509": ["mesh", "tls", "trust"],
  "reflect-metadata": ["mesh", "tls", "trust"],
  "node:path": ["core", "store", "trust", "memory", "clients", "mesh", "tls", "mcp", "cli"],
  "node:sqlite": ["store"],
  "node:zlib": ["mesh"],
  "marked": ["memory"],
  "porter2": ["memory"],
  "toml-eslint-parser": ["clients"],
  "yaml": ["core"],
  "zod": ["mcp"],
};

/** The folders whose modules own tables. */
const SPEAK_SQL = ["store", "trust", "memory", "messaging"];

/** Where what is otherwise passed in may be taken from. */
const GLOBALS: readonly (readonly [pattern: RegExp, folders: readonly string[]])[] = [
  [/^console\./, []],
  [/^(Date\.now|new Date\(\)|performance\.now|Math\.random)$/, []],
  [/^crypto\.(getRandomValues|randomUUID)$/, ["core"]],
  [/^(setTimeout|setInterval)\(\)$/, ["mesh"]],
  [/^(fetch\(\)|new WebSocket\(…\)|Deno\.(connect|connectTls|listen|listenTls))$/, ["mesh"]],
  [/^Deno\.serve$/, ["ui"]],
  [/^(Deno\.Command|new Command\(…\))$/, ["mesh", "clients", "tls", "cli"]],
  [/^Deno\.env$/, []],
];

const LARGEST = 20_480;

const library = sourcesIn("lib").map(readSource);
const entries = ["main.ts", "mcp.ts", "surroundings.ts"].map(readSource);

Deno.test("imports in lib follow the arrows", () => {
  const problems = library.flatMap(arrowProblems);
  assert.deepEqual(problems, []);
});

Deno.test("packages are imported only where they belong", () => {
  const problems = library.flatMap(({ path, packages }) =>
    packages.filter((name) => !PACKAGES[name]?.includes(layer(path))).map((name) => `${path} imports ${name}`)
  );
  assert.deepEqual(problems, []);
});

Deno.test("only modules that own tables speak SQL", () => {
  const problems = library.filter(({ path }) => !SPEAK_SQL.includes(layer(path))).flatMap(({ path, sql }) =>
    sql.map(({ what, line }) => `${path}:${line} speaks SQL: ${what}`)
  );
  assert.deepEqual(problems, []);
});

Deno.test("clock, randomness, environment, network and processes are passed in or owned", () => {
  assert.deepEqual(library.flatMap(globalProblems), []);
});

Deno.test("nothing is cast, asserted, any or of a type that is only inferred", () => {
  const problems = [...library, ...entries].flatMap(({ path, untyped }) =>
    untyped.map(({ what, line }) => `${path}:${line} has ${what}`)
  );
  assert.deepEqual(problems, []);
});

Deno.test("every exported declaration has a doc comment", () => {
  const problems = [...library, ...entries].flatMap(({ path, undocumented }) =>
    undocumented.map(({ what, line }) => `${path}:${line} does not say what this is: ${what}`)
  );
  assert.deepEqual(problems, []);
});

Deno.test("files are small and named for what they hold", () => {
  const large = library.filter(({ size }) => size > LARGEST).map(({ path, size }) =>
    `${path}: ${size} bytes`
  );
  const vague = library.filter(({ path }) => /(^|\/)(utils?|helpers?|misc|common)(\.ts$|\/)/.test(path));
  assert.deepEqual(large, []);
  assert.deepEqual(vague.map(({ path }) => path), []);
});

Deno.test("the version is the one of deno.json", () => {
  const { version } = JSON.parse(Deno.readTextFileSync(`${PROJECT}/deno.json`));
  assert.equal(VERSION, version);
});

Deno.test("the checks see what they forbid", () => {
  const bad = parseSource(
    "lib/core/bad.ts",
    [
      `import { z } from "zod";`,
      `export * from "../memory/save.ts";`,
      `const a = z as unknown;`,
      `const b = ["x"] as const;`,
      `const now = Date.now();`,
      "const c = `SELECT ${b} FROM t`;",
      `const later = await import("../cli/run.ts");`,
      `/** Says nothing. */ export function untyped() {}`,
    ].join("\n"),
  );
  const lines = (findings: readonly Finding[]) => findings.map(({ line }) => line);
  assert.deepEqual(bad.packages, ["zod"]);
  assert.deepEqual(bad.files, ["lib/memory/save.ts", "lib/cli/run.ts"]);
  assert.deepEqual(lines(bad.untyped), [3, 8]);
  assert.deepEqual(lines(bad.sql), [6]);
  assert.equal(bad.undocumented.length, 0);
  assert.deepEqual(
    lines(
      parseSource("lib/core/bad.ts", "// x\nexport const a = 1;\n/** y */\nexport const b = 2;").undocumented,
    ),
    [2],
  );
  assert.equal(arrowProblems(bad).length, 2);
  assert.equal(globalProblems(bad).length, 1);
});

function arrowProblems({ path, files }: Source): string[] {
  const from = layer(path);
  const allowed = ARROWS[from];
  if (allowed === undefined) return [`${path}: DESIGN §2 knows no folder lib/${from}`];
  return files.filter((file) => layer(file) !== from && !allowed.includes(layer(file)))
    .map((file) => `${path} imports ${file}`);
}

function globalProblems({ path, globals }: Source): string[] {
  return globals.flatMap(({ what, line }) => {
    const rule = GLOBALS.find(([pattern]) => pattern.test(what));
    return rule === undefined || rule[1].includes(layer(path)) ? [] : [`${path}:${line} uses ${what}`];
  });
}

/** The folder below lib/ that a file lies in; the path itself for one that lies elsewhere. */
function layer(path: string): string {
  const parts = path.split("/");
  return parts[0] === "lib" && parts[1] !== undefined ? parts[1] : path;
}
