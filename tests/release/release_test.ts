import assert from "node:assert/strict";
import { join } from "node:path";
import { sha256 } from "../../lib/core/digest.ts";
import { VERSION } from "../../lib/core/version.ts";
import { engineTarget } from "../../lib/mesh/engine/target.ts";
import { tempFolder } from "../support/folder.ts";
import { PROJECT } from "../support/source.ts";

/** What a run of a program came to. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const TARGET = engineTarget(Deno.build.os, Deno.build.arch) ?? "";
const ARCHIVE = `kioku-mesh-${VERSION}-${TARGET}.tar.gz`;
const ENGINE = Deno.env.get("KIOKU_MESH_ENGINE_DIR") ?? "";

async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    env: { ...Deno.env.toObject(), ...env },
    clearEnv: true,
    stdin: "null",
    cwd: PROJECT,
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function release(args: string[]): Promise<Ended> {
  const script = join(PROJECT, "scripts", "release.ts");
  return await run(Deno.execPath(), ["run", "--quiet", "-P=script", script, ...args]);
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test({
  name: "a release for this system: what is in it, how it is checked, installed, and refused",
  ignore: Deno.build.os === "windows",
  async fn(test) {
    using folder = tempFolder();
    const output = folder.at("release");
    const home = folder.at("home");
    Deno.mkdirSync(home);
    const made = await release(["--output", output, "--base", "http://127.0.0.1:9/nothing"]);
    assert.equal(made.code, 0, made.stderr);

    const install = async (env: Record<string, string>) =>
      await run("sh", [join(output, "install.sh")], {
        HOME: home,
        KIOKU_MESH_BIN: folder.at("bin"),
        KIOKU_MESH_FROM: output,
        ...env,
      });
    const program = folder.at("bin", "kioku-mesh");
    const version = async () => (await run(program, ["--version"])).stdout;

    await test.step("all files are there, and their checksums are right", async () => {
      const bom = `kioku-mesh-${VERSION}.cdx.json`;
      assert.deepEqual(
        namesIn(output),
        ["INSTALL.md", "SHA256SUMS", ARCHIVE, `${ARCHIVE}.json`, bom, "install.ps1", "install.sh"].sort(),
      );
      const sums = Deno.readTextFileSync(join(output, "SHA256SUMS")).trim().split("\n");
      assert.equal(sums.length, 5);
      for (const line of sums) {
        const [sum, name = ""] = line.split("  ");
        assert.equal(sha256(Deno.readFileSync(join(output, name))), sum, name);
      }
      const facts = JSON.parse(Deno.readTextFileSync(join(output, `${ARCHIVE}.json`)));
      assert.equal(facts.engine, ENGINE !== "");
      if (Deno.build.os === "linux") assert.match(facts.glibc, /^2\.\d+$/);
      const page = Deno.readTextFileSync(join(output, "INSTALL.md"));
      assert.ok(page.includes(facts.glibc ?? "nothing") && page.includes(`| ${TARGET} |`));
      assert.match(page, ENGINE === "" ? /one machine only/ : /\| yes \|/);
      const listed = await run("tar", ["-tzf", join(output, ARCHIVE)]);
      assert.ok(
        listed.stdout.startsWith("kioku-mesh\n") && listed.stdout.endsWith("LICENSE\n"),
        listed.stdout,
      );
    });

    await test.step("the same source gives the same archive", async () => {
      const again = await release(["--output", folder.at("again")]);
      assert.equal(again.code, 0, again.stderr);
      const sum = (of: string) => sha256(Deno.readFileSync(join(of, ARCHIVE)));
      assert.equal(sum(folder.at("again")), sum(output));
    });

    await test.step("install.sh installs from a folder", async () => {
      const installed = await install({});
      assert.equal(installed.code, 0, installed.stderr);
      assert.match(installed.stdout, new RegExp(`^installed: ${program} \\(kioku-mesh ${VERSION}\\)\n`));
      assert.match(installed.stdout, /Add it to your PATH/);
      assert.equal(await version(), `kioku-mesh ${VERSION}\n`);
      assert.equal(Deno.readLinkSync(`${program}-mcp`), "kioku-mesh");
      assert.equal((Deno.statSync(program).mode ?? 0) & 0o111, 0o111);
      const state = { HOME: home, KIOKU_MESH_STATE_DIR: folder.at("state") };
      const saved = await run(program, ["save", "from an installed program"], state);
      assert.equal(saved.code, 0, saved.stderr);
      if (ENGINE !== "") {
        const info = await run(program, ["engine", "verify"], { ...state, KIOKU_MESH_ENGINE_DIR: "" });
        assert.equal(info.code, 0, info.stderr);
      }
    });

    await test.step("over HTTP, and again over what is there, also while it runs", async () => {
      await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
        const name = new URL(request.url).pathname.slice(1);
        return name === ARCHIVE
          ? new Response(Deno.readFileSync(join(output, name)))
          : new Response("not here", { status: 404 });
      });
      const from = `http://127.0.0.1:${server.addr.port}`;
      const runs = new Deno.Command(program, {
        args: ["mcp", "serve"],
        env: { HOME: home, KIOKU_MESH_STATE_DIR: folder.at("state") },
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn();
      const installed = await install({ KIOKU_MESH_FROM: from });
      await runs.stdin.close();
      await runs.status;
      assert.equal(installed.code, 0, installed.stderr);
      assert.equal(await version(), `kioku-mesh ${VERSION}\n`);
      const gone = await install({ KIOKU_MESH_FROM: `${from}/elsewhere` });
      assert.equal(gone.code, 1);
      assert.match(gone.stderr, /error: Cannot install kioku-mesh: .*cannot be fetched/);
    });

    await test.step("a file that is not what was released is refused, and what is there stays", async () => {
      const other = folder.at("other");
      Deno.mkdirSync(other);
      const bytes = Deno.readFileSync(join(output, ARCHIVE));
      bytes[bytes.length - 100] = ((bytes[bytes.length - 100] ?? 0) + 1) % 256;
      Deno.writeFileSync(join(other, ARCHIVE), bytes);
      const refused = await install({ KIOKU_MESH_FROM: other });
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /is not what was released/);
      assert.equal(await version(), `kioku-mesh ${VERSION}\n`);
      const nowhere = await install({ KIOKU_MESH_FROM: other, KIOKU_MESH_BIN: folder.at("fresh") });
      assert.equal(nowhere.code, 1);
      assert.ok(!namesIn(folder.path).includes("fresh"));
    });

    await test.step("a system that it was not made for is told so", async () => {
      const fake = folder.at("fake");
      Deno.mkdirSync(fake);
      const script = (name: string, text: string) =>
        Deno.writeTextFileSync(join(fake, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      const env = { PATH: `${fake}:${Deno.env.get("PATH")}`, KIOKU_MESH_BIN: folder.at("never") };
      script("uname", `case $1 in -m) echo riscv64 ;; *) echo Linux ;; esac`);
      assert.match((await install(env)).stderr, /no program for the processor riscv64/);
      script("uname", `case $1 in -m) echo x86_64 ;; *) echo FreeBSD ;; esac`);
      assert.match((await install(env)).stderr, /this is FreeBSD/);
      const otherArch = Deno.build.arch === "x86_64" ? "aarch64" : "x86_64";
      script(
        "uname",
        `case $1 in -m) echo ${otherArch} ;; *) echo ${
          TARGET.startsWith("linux") ? "Linux" : "Darwin"
        } ;; esac`,
      );
      assert.match((await install(env)).stderr, /was not made for/);
      Deno.removeSync(join(fake, "uname"));
      if (Deno.build.os === "linux") {
        script("getconf", "echo glibc 2.9");
        assert.match((await install(env)).stderr, /needs glibc 2\.\d+ or later, and this system has 2\.9/);
        script("getconf", "exit 1");
        assert.match((await install(env)).stderr, /this system has another one/);
        script("getconf", "echo glibc 3.0");
        assert.equal((await install(env)).code, 0);
      }
    });

    await test.step("the bill of materials names what is in it, and nothing that is only for tests", () => {
      const bom = JSON.parse(Deno.readTextFileSync(join(output, `kioku-mesh-${VERSION}.cdx.json`)));
      assert.deepEqual([bom.bomFormat, bom.specVersion, bom.version], ["CycloneDX", "1.6", 1]);
      assert.match(
        bom.serialNumber,
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      const refs: string[] = bom.components.map((one: Record<string, string>) => one["bom-ref"]);
      assert.equal(new Set(refs).size, refs.length);
      const known = new Set([...refs, bom.metadata.component["bom-ref"]]);
      for (const { ref, dependsOn } of bom.dependencies) {
        for (const one of [ref, ...dependsOn]) assert.ok(known.has(one), `${one} is no part`);
      }
      const names = new Set(bom.components.map(({ name }: { name: string }) => name));
      for (
        const name of ["deno", "zod", "yaml", "marked", "@peculiar/x509", "zenohd", "zenoh-backend-rocksdb"]
      ) {
        assert.ok(names.has(name), name);
      }
      for (
        const name of ["playwright-core", "axe-core", "@modelcontextprotocol/client", "kioku-mesh-engine"]
      ) {
        assert.ok(!names.has(name), name);
      }
      for (const { purl, hashes, licenses } of bom.components) {
        if (purl.startsWith("pkg:npm")) assert.match(hashes[0].content, /^[0-9a-f]{128}$/, purl);
        if (purl.startsWith("pkg:cargo")) assert.match(hashes[0].content, /^[0-9a-f]{64}$/, purl);
        if (purl.startsWith("pkg:npm")) assert.ok(licenses[0].expression.length > 0, purl);
      }
    });

    await test.step("archives of other machines are collected, unless they are not what they say", async () => {
      const name = `kioku-mesh-${VERSION}-windows-x64.tar.gz`;
      Deno.writeTextFileSync(join(output, name), "an archive");
      const facts = { target: "windows-x64", name, sha256: sha256("an archive"), engine: false };
      Deno.writeTextFileSync(join(output, `${name}.json`), JSON.stringify(facts));
      const collected = await release(["--collect", "--output", output, "--base", "https://example.com/r"]);
      assert.equal(collected.code, 0, collected.stderr);
      assert.match(
        Deno.readTextFileSync(join(output, "INSTALL.md")),
        /\| windows-x64 \|.*\| no: one machine only \| nothing \|/,
      );
      const script = Deno.readTextFileSync(join(output, "install.ps1"));
      assert.ok(
        script.includes(`windows-x64 ${facts.sha256}\n`) && script.includes("'https://example.com/r'"),
      );
      assert.doesNotMatch(script + Deno.readTextFileSync(join(output, "install.sh")), /@[A-Z]+@/);
      Deno.writeTextFileSync(join(output, name), "another archive");
      const refused = await release(["--collect", "--output", output]);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /is not what its \.json says/);
    });
  },
});

Deno.test("a release for a system that does not exist is refused", async () => {
  using folder = tempFolder();
  const { code, stderr } = await release(["--target", "amiga-m68k", "--output", folder.at("x")]);
  assert.equal(code, 1);
  assert.match(stderr, /^error: Cannot release for amiga-m68k: it is none of linux-x64, /m);
});
