import assert from "node:assert/strict";
import { join } from "node:path";
import { systemRandom } from "../../lib/core/random.ts";
import { engineInfo, findEngine, NoEngine } from "../../lib/mesh/engine/find.ts";
import { type PackedEngine, readArchive, spliceArchive } from "../../lib/mesh/engine/archive.ts";
import {
  engineDigest,
  formatManifest,
  type Manifest,
  parseManifest,
} from "../../lib/mesh/engine/manifest.ts";
import { packEngine, writeManifest } from "../../lib/mesh/engine/pack.ts";
import { engineFileNames, engineTarget } from "../../lib/mesh/engine/target.ts";
import { unpackEngine } from "../../lib/mesh/engine/unpack.ts";
import { EngineRefused, verifyEngine } from "../../lib/mesh/engine/verify.ts";
import { tempFolder } from "../support/folder.ts";

const TARGET = "linux-x64";
const NAMES: readonly string[] = Object.values(engineFileNames(TARGET));

/** A folder with files that stand for an engine, a file with them packed, and an empty cache. */
async function fakeEngine() {
  const folder = tempFolder();
  const source = folder.at("source");
  const packed = folder.at("packed", TARGET);
  Deno.mkdirSync(source, { mode: 0o755 });
  for (const name of NAMES) Deno.writeTextFileSync(join(source, name), name.repeat(1000), { mode: 0o755 });
  const manifest = await packEngine(source, TARGET, packed);
  const places = {
    named: undefined,
    packed: [packed],
    cache: folder.at("cache"),
    target: TARGET,
  } as const;
  const unpack = () => unpackEngine(archiveAt(packed), places.cache, systemRandom);
  return {
    folder,
    source,
    packed,
    manifest,
    places,
    unpack,
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

function archiveAt(path: string): PackedEngine {
  const found = readArchive(path);
  assert.ok(found, `${path} holds no engine`);
  return found;
}

Deno.test("an engine is found in an executable, before what Deno appended, and nowhere else", async () => {
  using engine = await fakeEngine();
  const deno = new TextEncoder().encode("d3n0l4nd, and what Deno appended");
  const end = new Uint8Array(8);
  new DataView(end.buffer).setBigUint64(0, BigInt(deno.length + 8), true);
  const program = new Uint8Array([...new TextEncoder().encode("a program of the system"), ...deno, ...end]);
  const spliced = spliceArchive(program, Deno.readFileSync(engine.packed));
  assert.ok(spliced);
  assert.deepEqual(spliced.subarray(-deno.length - 8), program.subarray(-deno.length - 8));
  const path = engine.folder.at("program");
  Deno.writeFileSync(path, spliced);
  const found = archiveAt(path);
  assert.deepEqual([found.target, [...found.manifest]], [TARGET, [...engine.manifest]]);
  const places = { ...engine.places, packed: [engine.folder.at("nothing"), path] };
  assert.equal((await findEngine(places, systemRandom)).digest, engineDigest(engine.manifest));
  const others = [
    program,
    new Uint8Array(),
    new Uint8Array(64),
    new Uint8Array(64).fill(255),
    spliced.subarray(0, -1),
    Deno.readFileSync(engine.packed).subarray(-12),
  ];
  for (const bytes of others) {
    Deno.writeFileSync(path, bytes);
    assert.equal(readArchive(path), undefined, `${bytes.length} bytes`);
  }
  assert.equal(readArchive(engine.source), undefined, "a folder");
  assert.equal(spliceArchive(new Uint8Array(64), new Uint8Array(8)), undefined);
});

Deno.test("a manifest is read as sha256sum writes it, and nothing else is one", () => {
  const digest = "ab".repeat(32);
  const manifest = parseManifest(`${digest}  zenohd\n${digest.toUpperCase()} *libz.so\r\n\n`);
  assert.deepEqual([...manifest ?? []], [["zenohd", digest], ["libz.so", digest]]);
  assert.deepEqual(
    parseManifest(formatManifest(manifest ?? new Map())),
    new Map([...manifest ?? []].reverse()),
  );
  for (
    const text of [
      "",
      "\n",
      "zenohd",
      `${digest}  ../zenohd`,
      `${digest}  a/b`,
      `${digest}  ..`,
      `${digest.slice(1)}  a`,
    ]
  ) {
    assert.equal(parseManifest(text), undefined, JSON.stringify(text));
  }
});

Deno.test("an engine comes out of the program as it went in, for its owner alone", async () => {
  using engine = await fakeEngine();
  const folder = await engine.unpack();
  assert.equal(folder, join(engine.places.cache, engineDigest(engine.manifest)));
  for (const name of NAMES) {
    assert.equal(Deno.readTextFileSync(join(folder, name)), name.repeat(1000));
    assert.equal((Deno.statSync(join(folder, name)).mode ?? 0) & 0o777, 0o500);
  }
  assert.equal((Deno.statSync(folder).mode ?? 0) & 0o777, 0o700);
  assert.deepEqual([...Deno.readDirSync(engine.places.cache)].length, 1, "no draft is left");
});

Deno.test("several programs may unpack at once", async () => {
  using engine = await fakeEngine();
  const folders = await Promise.all([engine.unpack(), engine.unpack(), engine.unpack()]);
  assert.equal(new Set(folders).size, 1);
  await verifyEngine(folders[0] ?? "", engine.manifest);
});

Deno.test("a cache that was changed is made anew", async () => {
  using engine = await fakeEngine();
  const folder = await engine.unpack();
  const path = join(folder, NAMES[1] ?? "");
  Deno.chmodSync(path, 0o700);
  Deno.writeTextFileSync(path, "something else");
  await assert.rejects(verifyEngine(folder, engine.manifest), EngineRefused);
  await verifyEngine(await engine.unpack(), engine.manifest);
});

Deno.test("an engine that is not what its manifest says is never put into the cache", async () => {
  using engine = await fakeEngine();
  const wrong: Manifest = new Map([...engine.manifest, [NAMES[2] ?? "", "00".repeat(32)]]);
  const packed = { ...archiveAt(engine.packed), manifest: wrong };
  await assert.rejects(unpackEngine(packed, engine.places.cache, systemRandom), EngineRefused);
  assert.deepEqual([...Deno.readDirSync(engine.places.cache)], []);
});

Deno.test("an engine is refused when a file is missing, changed, a link, or open to others", async () => {
  const damages: readonly (readonly [what: string, damage: (path: string, folder: string) => void])[] = [
    ["missing", (path) => Deno.removeSync(path)],
    ["changed", (path) => Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace("z", "Z"))],
    ["a link", (path, folder) => {
      Deno.renameSync(path, join(folder, "elsewhere"));
      Deno.symlinkSync(join(folder, "elsewhere"), path);
    }],
    ["open to others", (path) => Deno.chmodSync(path, 0o777)],
    ["in a folder open to others", (_, folder) => Deno.chmodSync(folder, 0o777)],
  ];
  for (const [what, damage] of damages) {
    for (const name of NAMES) {
      using engine = await fakeEngine();
      await verifyEngine(engine.source, engine.manifest);
      damage(join(engine.source, name), engine.source);
      await assert.rejects(verifyEngine(engine.source, engine.manifest), EngineRefused, `${name} ${what}`);
    }
  }
});

Deno.test("the named engine comes before the packed one, and info tells what is in use", async () => {
  using engine = await fakeEngine();
  await writeManifest(engine.source, TARGET);
  const named = await findEngine({ ...engine.places, named: engine.source }, systemRandom);
  const packed = await findEngine(engine.places, systemRandom);
  assert.deepEqual([named.origin, named.folder], ["named", engine.source]);
  assert.deepEqual([packed.origin, packed.digest], ["packed", named.digest]);
  const info = await engineInfo(packed);
  assert.deepEqual(info.files.map(({ name }) => name).sort(), [...NAMES].sort());
  assert.ok(info.files.every(({ name, bytes }) => bytes === name.length * 1000));
});

Deno.test("without an engine the error says how to get one", async () => {
  using engine = await fakeEngine();
  const find = (parts: object) => findEngine({ ...engine.places, ...parts }, systemRandom);
  const wayOut = (error: unknown) =>
    error instanceof NoEngine && /KIOKU_MESH_ENGINE_DIR|for this system/.test(error.message);
  await assert.rejects(find({ target: "linux-arm64" }), wayOut);
  await assert.rejects(find({ target: undefined }), wayOut);
  await assert.rejects(find({ named: engine.source }), wayOut, "a folder without a manifest");
  await assert.rejects(find({ named: "/nowhere" }), wayOut);
});

Deno.test("a packed engine is one whose folder is what it says", async () => {
  using engine = await fakeEngine();
  await writeManifest(engine.source, TARGET);
  Deno.writeTextFileSync(join(engine.source, NAMES[0] ?? ""), "changed");
  await assert.rejects(packEngine(engine.source, TARGET, engine.packed), /is not what SHA256SUMS/);
});

Deno.test("targets are named as releases are", () => {
  assert.equal(engineTarget("linux", "x86_64"), "linux-x64");
  assert.equal(engineTarget("darwin", "aarch64"), "macos-arm64");
  assert.equal(engineTarget("freebsd", "x86_64"), undefined);
  assert.equal(engineFileNames("windows-x64").router, "zenohd.exe");
  assert.equal(engineFileNames("macos-arm64").rocksdb, "libzenoh_backend_rocksdb.dylib");
});
