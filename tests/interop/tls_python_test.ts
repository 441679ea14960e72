import assert from "node:assert/strict";
import { fakeSsh } from "../e2e/support/ssh.ts";
import { type Ended, newHome } from "../e2e/support/program.ts";
import { type TempFolder, tempFolder } from "../support/folder.ts";
import { python } from "../support/python_package.ts";

/** Runs Python's kioku-mesh in a home, with standard input. */
async function py(home: TempFolder, args: readonly string[], stdin = "", path = ""): Promise<Ended> {
  const child = new Deno.Command(python(), {
    args: ["-m", "kioku_mesh", ...args],
    env: { HOME: home.path, ...(path === "" ? {} : { PATH: path }) },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

async function pyOk(home: TempFolder, args: readonly string[], stdin?: string): Promise<string> {
  const { code, stdout, stderr } = await py(home, args, stdin);
  assert.equal(code, 0, `python tls ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const folder = (home: TempFolder, ...names: string[]) => home.at(".config", "kioku-mesh", "tls", ...names);

Deno.test("our authority signs what Python asks for, and Python installs it", async () => {
  using ca = newHome();
  using host = tempFolder();
  await ca.ok(["tls", "init-ca"]);
  const request = await pyOk(host, ["tls", "request", "--san", "spoke", "--san", "192.0.2.7"]);
  const { code, stdout, stderr } = await ca.run(["tls", "sign", "--yes"], { stdin: request });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^host: none$/m);
  await pyOk(host, ["tls", "install"], stdout);
  const shown = await pyOk(host, ["tls", "info"]);
  assert.match(shown, /CN=spoke-[0-9a-f]{16}/);
  assert.match(shown, /spoke.*192\.0\.2\.7/);
  assert.match(shown, /kioku-mesh-ca/);
});

Deno.test("Python's authority signs what we ask for, identity included, and we install it", async () => {
  using ca = tempFolder();
  using host = newHome();
  await pyOk(ca, ["tls", "init-ca"]);
  const request = await host.ok(["tls", "request", "--san", "spoke", "--user", "alice", "--team", "acme"]);
  const bundle = await pyOk(ca, ["tls", "sign", "--days", "30"], request);
  await host.ok(["tls", "install"], { stdin: bundle });
  const { certificate, authority } = JSON.parse(await host.ok(["tls", "info", "--json"]));
  assert.deepEqual([certificate.cn, certificate.user, certificate.teams], ["spoke", "alice", ["acme"]]);
  assert.deepEqual([certificate.issuer, certificate.problems, authority.problems], ["kioku-mesh-ca", [], []]);
});

Deno.test("each reads the other's files", async () => {
  using pythons = tempFolder();
  await pyOk(pythons, ["tls", "init-ca"]);
  const request = await pyOk(pythons, ["tls", "request", "--san", "hub"]);
  await pyOk(pythons, ["tls", "install"], await pyOk(pythons, ["tls", "sign"], request));
  using ours = newHome();
  const mine = ours.at(".config", "kioku-mesh", "tls");
  Deno.mkdirSync(mine, { recursive: true });
  for (const { name } of Deno.readDirSync(folder(pythons))) {
    Deno.copyFileSync(folder(pythons, name), `${mine}/${name}`);
  }
  const info = JSON.parse(await ours.ok(["tls", "info", "--json"]));
  assert.deepEqual([info.certificate.problems, info.certificate.names, info.certificate.host], [
    [],
    ["hub"],
    null,
  ]);
  // Its authority signs with us, and its key is renewed as one of ours.
  await ours.ok(["tls", "renew"]);
  const renewed = JSON.parse(await ours.ok(["tls", "info", "--json"]));
  assert.deepEqual([renewed.certificate.problems, renewed.certificate.names], [[], ["hub"]]);
  assert.match(renewed.certificate.host, /^[0-9a-f]{32}$/);
  for (const { name } of Deno.readDirSync(mine)) Deno.copyFileSync(`${mine}/${name}`, folder(pythons, name));
  assert.match(await pyOk(pythons, ["tls", "info"]), /CN=hub-[0-9a-f]{16}/);
});

Deno.test("bundles that were swapped between a Python host and ours are refused by both", async () => {
  using ca = newHome();
  using theirs = tempFolder();
  using ours = newHome();
  await ca.ok(["tls", "init-ca"]);
  const sign = async (request: string) => await ca.ok(["tls", "sign", "--yes"], { stdin: request });
  const forThem = await sign(await pyOk(theirs, ["tls", "request", "--san", "theirs"]));
  const forUs = await sign(await ours.ok(["tls", "request", "--san", "ours"]));
  assert.equal((await ours.run(["tls", "install"], { stdin: forThem })).code, 1);
  assert.notEqual((await py(theirs, ["tls", "install"], forUs)).code, 0);
  await ours.ok(["tls", "install"], { stdin: forUs });
  await pyOk(theirs, ["tls", "install"], forThem);
});

Deno.test("each enrols with the other over ssh", async () => {
  using ca = newHome();
  using theirs = tempFolder();
  await ca.ok(["tls", "init-ca"]);
  const ssh = fakeSsh(ca);
  const path = `${ssh.bin}:${ca.invocation([]).env.PATH}`;
  assert.notEqual((await py(theirs, ["tls", "enroll", "ca.example", "--san", "spoke"], "", path)).code, 0);
  await ca.ok(["tls", "allow-enroll"]);
  const enrolled = await py(theirs, ["tls", "enroll", "ca.example", "--san", "spoke"], "", path);
  assert.equal(enrolled.code, 0, enrolled.stderr);
  assert.match(await pyOk(theirs, ["tls", "info"]), /CN=spoke-[0-9a-f]{16}/);

  using pythonCa = tempFolder();
  using ours = newHome();
  await pyOk(pythonCa, ["tls", "init-ca"]);
  const theirSsh = fakeSsh(ca, `exec env -i HOME='${pythonCa.path}' sh -c "$2"`);
  const program = `${python()} -m kioku_mesh`;
  const env = { PATH: `${theirSsh.bin}:${ours.invocation([]).env.PATH}` };
  await ours.ok(["tls", "enroll", "ca.example", "--san", "ours", "--days", "9", "--remote-mesh", program], {
    env,
  });
  const { certificate } = JSON.parse(await ours.ok(["tls", "info", "--json"]));
  assert.deepEqual([certificate.cn, certificate.problems], ["ours", []]);
});
