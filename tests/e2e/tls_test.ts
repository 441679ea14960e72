import assert from "node:assert/strict";
import { type Home, newHome } from "./support/program.ts";

const tls = (home: Home, name: string) => home.at(".config", "kioku-mesh", "tls", name);

interface Info {
  readonly certificate: {
    readonly cn: string;
    readonly serial: string;
    readonly host: string | null;
    readonly user: string | null;
    readonly teams: readonly string[];
    readonly names: readonly string[];
    readonly problems: readonly string[];
    readonly fingerprint: string;
  };
  readonly issued?: readonly { readonly cn: string; readonly revoked: unknown }[];
}

async function info(home: Home): Promise<Info> {
  const { stdout } = await home.run(["tls", "info", "--json"]);
  return JSON.parse(stdout);
}

/** A spoke's request, signed by the authority without asking, and installed. */
async function join(ca: Home, host: Home, ...signing: string[]): Promise<void> {
  const request = await host.ok(["tls", "request", "--san", "spoke"]);
  const bundle = await ca.ok(["tls", "sign", "--yes", ...signing], { stdin: request });
  await host.ok(["tls", "install"], { stdin: bundle });
}

Deno.test("a host asks, the authority signs, the host installs: by three pastes", async () => {
  using ca = newHome();
  using host = newHome({ KIOKU_MESH_USER_ID: "alice", KIOKU_MESH_TEAM_ID: "acme" });
  assert.match(await ca.ok(["tls", "init-ca"]), /authority kioku-mesh-ca/);
  await join(ca, host);
  const { certificate } = await info(host);
  assert.match(certificate.cn, /^spoke-[0-9a-f]{16}$/);
  assert.deepEqual([certificate.user, certificate.teams, certificate.names], ["alice", ["acme"], ["spoke"]]);
  assert.equal(certificate.host, Deno.readTextFileSync(`${host.state}/pc_id`).trim());
  assert.deepEqual(certificate.problems, []);
  const identity = JSON.parse(Deno.readTextFileSync(tls(host, "identity.json")));
  assert.deepEqual([identity.cn, identity.user, identity.teams], [certificate.cn, "alice", ["acme"]]);
  for (
    const [home, names] of [[ca, ["ca.key", "ca.crt", "ledger.jsonl"]], [host, [
      "peer.key",
      "peer.crt",
    ]]] as const
  ) {
    for (const name of names) assert.equal((Deno.statSync(tls(home, name)).mode ?? 0) & 0o777, 0o600, name);
    assert.equal((Deno.statSync(tls(home, "")).mode ?? 0) & 0o777, 0o700);
  }
  // The authority's key is nowhere but on its host, and the host's nowhere but there.
  assert.throws(() => Deno.statSync(tls(host, "ca.key")), Deno.errors.NotFound);
  assert.throws(() => Deno.statSync(tls(ca, "peer.key")), Deno.errors.NotFound);
});

Deno.test("without a terminal nothing is signed unasked, and nothing recorded", async () => {
  using ca = newHome();
  using host = newHome();
  await ca.ok(["tls", "init-ca"]);
  const request = await host.ok(["tls", "request"]);
  const { code, stdout, stderr } = await ca.run(["tls", "sign"], { stdin: request });
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /no terminal to ask on.*allow-enroll/);
  const shown = await ca.run(["tls", "sign", "--yes"], { stdin: "hello" });
  assert.deepEqual([shown.code, shown.stdout], [2, ""]);
  assert.throws(() => Deno.statSync(tls(ca, "ledger.jsonl")), Deno.errors.NotFound);
});

Deno.test("a request keeps the key in use; a swapped bundle is refused; a new key waits for its certificate", async () => {
  using ca = newHome();
  using one = newHome();
  using other = newHome();
  await ca.ok(["tls", "init-ca"]);
  await join(ca, one);
  const key = Deno.readTextFileSync(tls(one, "peer.key"));
  const first = await one.ok(["tls", "request"]);
  assert.equal(Deno.readTextFileSync(tls(one, "peer.key")), key);
  const second = await other.ok(["tls", "request", "--san", "other"]);
  const bundle = await ca.ok(["tls", "sign", "--yes"], { stdin: first });
  const otherBundle = await ca.ok(["tls", "sign", "--yes"], { stdin: second });
  for (const [home, swapped] of [[one, otherBundle], [other, bundle]] as const) {
    const { code, stderr } = await home.run(["tls", "install"], { stdin: swapped });
    assert.equal(code, 1);
    assert.match(stderr, /for another key than this host's/);
  }
  const fresh = await one.ok(["tls", "request", "--force"]);
  assert.equal(Deno.readTextFileSync(tls(one, "peer.key")), key);
  const refused = await ca.run(["tls", "sign", "--yes"], { stdin: fresh });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /belongs to .*, with another key.*--replace/);
  const replaced = await ca.ok(["tls", "sign", "--yes", "--replace"], { stdin: fresh });
  await one.ok(["tls", "install"], { stdin: replaced });
  assert.notEqual(Deno.readTextFileSync(tls(one, "peer.key")), key);
  assert.deepEqual((await info(one)).certificate.problems, []);
  const { issued = [] } = await info(ca);
  // Both certificates of the old key, and not the other host's.
  assert.deepEqual(issued.map(({ revoked }) => revoked !== null), [true, true, false, false]);
});

Deno.test("a request that asks for more than it should is shown, and reduced by who signs", async () => {
  using ca = newHome();
  using host = newHome();
  await ca.ok(["tls", "init-ca"]);
  const request = await host.ok([
    "tls",
    "request",
    "--san",
    "spoke",
    "--san",
    "hub",
    "--user",
    "root",
    "--team",
    "board",
  ]);
  const terms = ["--user", "bob", "--deny-teams", "--deny-san", "hub", "--days", "1"];
  const { stderr, stdout } = await ca.run(["tls", "sign", "--yes", ...terms], { stdin: request });
  assert.match(stderr, /^not granted: user root, team board, name hub$/m);
  assert.match(stderr, /^user: bob$/m);
  const installed = await host.run(["tls", "install"], { stdin: stdout });
  assert.equal(installed.code, 0);
  const { certificate } = await info(host);
  assert.deepEqual([certificate.user, certificate.teams, certificate.names], ["bob", [], ["spoke"]]);
});

Deno.test("what belongs to another certificate is not signed in a script", async () => {
  using ca = newHome();
  using host = newHome();
  using other = newHome();
  await ca.ok(["tls", "init-ca"]);
  const first = await host.ok(["tls", "request", "--san", "hub", "--user", "alice"]);
  await ca.ok(["tls", "sign", "--yes"], { stdin: first });
  const asks = async (...args: string[]) => await other.ok(["tls", "request", ...args]);
  const sign = async (request: string, ...args: string[]) =>
    await ca.run(["tls", "sign", "--yes", ...args], { stdin: request });
  const user = await sign(await asks("--san", "desk", "--user", "alice"));
  assert.deepEqual([user.code, user.stdout], [1, ""]);
  assert.match(
    user.stderr,
    /warning: user alice is also granted to hub-.*\n(.*\n)*error: Cannot sign unasked: user alice/,
  );
  assert.equal((await sign(await asks("--san", "desk", "--user", "alice"), "--user", "alice")).code, 0);
  const name = await sign(await asks("--san", "desk", "--san", "hub", "--no-user"));
  assert.equal(name.code, 1);
  assert.match(name.stderr, /hub is a name of hub-/);
});

Deno.test("certificates are renewed with the same key, names and identity", async () => {
  using ca = newHome({ KIOKU_MESH_USER_ID: "alice" });
  using host = newHome();
  await ca.ok(["tls", "init-ca"]);
  assert.match((await ca.run(["tls", "renew"])).stderr, /has no certificate/);
  // On the authority's own host in one go.
  const own = await ca.ok(["tls", "request", "--san", "hub", "--team", "acme"]);
  await ca.ok(["tls", "install"], { stdin: await ca.ok(["tls", "sign", "--yes"], { stdin: own }) });
  const key = Deno.readTextFileSync(tls(ca, "peer.key"));
  const before = (await info(ca)).certificate;
  await ca.ok(["tls", "renew", "--days", "30"], { env: { KIOKU_MESH_USER_ID: "mallory" } });
  const after = (await info(ca)).certificate;
  assert.notEqual(after.serial, before.serial);
  assert.deepEqual({ ...after, serial: "", cn: "", fingerprint: "" }, {
    ...before,
    serial: "",
    cn: "",
    fingerprint: "",
    not_before: Reflect.get(after, "not_before"),
    not_after: Reflect.get(after, "not_after"),
  });
  assert.equal(Deno.readTextFileSync(tls(ca, "peer.key")), key);
  await ca.ok(["tls", "renew", "--force"]);
  assert.notEqual(Deno.readTextFileSync(tls(ca, "peer.key")), key);
  assert.deepEqual((await info(ca)).certificate.problems, []);
  // Elsewhere by a request.
  await join(ca, host, "--user", "bob");
  const request = await host.ok(["tls", "renew"]);
  await host.ok(["tls", "install"], {
    stdin: await ca.ok(["tls", "sign", "--yes", "--hours", "6"], { stdin: request }),
  });
  assert.equal((await info(host)).certificate.user, "bob");
  assert.match(await host.ok(["tls", "info"]), /less than a day left/);
});

Deno.test("certificates are revoked by number, name or host", async () => {
  using ca = newHome();
  using host = newHome();
  await ca.ok(["tls", "init-ca"]);
  const unknown = await ca.run(["tls", "revoke", "spoke"]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /the ledger has no such certificate/);
  for (const by of ["serial", "cn", "host", "fingerprint"] as const) {
    await join(ca, host);
    const certificate = (await info(host)).certificate;
    const printed = await ca.ok(["tls", "revoke", certificate[by] ?? "", "--reason", "lost \u001b[31m"]);
    assert.match(printed, new RegExp(`revoked ${certificate.cn}`));
    assert.match(
      await ca.ok(["tls", "info"]).catch(String),
      new RegExp(`${certificate.cn}  REVOKED.*lost ␛`),
    );
  }
  const { code, stderr } = await host.run(["tls", "revoke", "spoke"]);
  assert.equal(code, 2);
  assert.match(stderr, /the authority is not here/);
});

Deno.test("the authority's key can be under a passphrase", async () => {
  using ca = newHome();
  using host = newHome();
  const file = ca.at("passphrase");
  Deno.writeTextFileSync(file, "correct horse\nsecond line\n");
  const secret = { KIOKU_MESH_CA_PASSPHRASE_FILE: file };
  const nobody = await ca.run(["tls", "init-ca", "--passphrase"]);
  assert.equal(nobody.code, 2);
  assert.match(nobody.stderr, /KIOKU_MESH_CA_PASSPHRASE_FILE/);
  await ca.ok(["tls", "init-ca", "--passphrase"], { env: secret });
  assert.match(Deno.readTextFileSync(tls(ca, "ca.key")), /ENCRYPTED PRIVATE KEY/);
  const request = await host.ok(["tls", "request"]);
  assert.equal((await ca.run(["tls", "sign", "--yes"], { stdin: request })).code, 2);
  await ca.ok(["tls", "sign", "--yes"], { stdin: request, env: secret });
  const hub = ["init", "--mode", "hub", "--tls", "--listen", "127.0.0.1"];
  const locked = await ca.run(hub);
  assert.equal(locked.code, 2);
  assert.match(locked.stderr, /KIOKU_MESH_CA_PASSPHRASE_FILE/);
  assert.throws(() => Deno.statSync(ca.at(".config", "kioku-mesh", "config.yaml")), Deno.errors.NotFound);
  await ca.ok(hub, { env: secret });
  assert.deepEqual((await info(ca)).certificate.problems, []);
  // In force here at once; the record for the others needs the key.
  const untold = await ca.run(["tls", "revoke", (await info(ca)).certificate.serial]);
  assert.equal(untold.code, 0);
  assert.match(untold.stderr, /revoked here, but the other hosts are not told/);
  const told = await ca.run(["tls", "revoke", (await info(ca)).certificate.serial, "--json"], {
    env: secret,
  });
  assert.equal(JSON.parse(told.stdout).published, true);
  Deno.writeTextFileSync(file, "wrong\n");
  assert.match(
    (await ca.run(["tls", "sign", "--yes"], { stdin: request, env: secret })).stderr,
    /passphrase is wrong/,
  );
});

Deno.test("a new authority is one only when told, here and where it is trusted", async () => {
  using ca = newHome();
  using host = newHome();
  await ca.ok(["tls", "init-ca"]);
  await join(ca, host);
  assert.equal((await ca.run(["tls", "init-ca"])).code, 1);
  assert.match(await ca.ok(["tls", "init-ca", "--force", "--name", "second"]), /set aside: .*ca\.key\./);
  const request = await host.ok(["tls", "request"]);
  const bundle = await ca.ok(["tls", "sign", "--yes"], { stdin: request });
  const { code, stderr } = await host.run(["tls", "install"], { stdin: bundle });
  assert.equal(code, 1);
  assert.match(stderr, /trusts kioku-mesh-ca .*the bundle is from second .*--replace-ca/);
  await host.ok(["tls", "install", "--replace-ca"], { stdin: bundle });
  assert.deepEqual((await info(host)).certificate.problems, []);
});

Deno.test("files in place of pastes, and what is used wrongly", async () => {
  using ca = newHome();
  using host = newHome();
  assert.equal((await ca.run(["tls", "info"])).code, 1);
  assert.equal((await host.run(["tls", "sign", "--yes"], { stdin: "" })).code, 2);
  await ca.ok(["tls", "init-ca"]);
  assert.match(await host.ok(["tls", "request", "-o", "request.txt"]), /wrote request.txt/);
  await ca.ok(["tls", "sign", "--yes", host.at("request.txt"), "-o", "bundle.txt"]);
  await host.ok(["tls", "install", ca.at("bundle.txt")]);
  const peer = { cert: tls(host, "peer.crt"), ca: tls(host, "ca.crt") };
  await host.ok(["tls", "install", "--cert", peer.cert, "--ca", peer.ca]);
  const wrong: readonly (readonly [Home, ...string[]])[] = [
    [host, "tls", "install", "--cert", peer.cert],
    [host, "tls", "install", "nowhere"],
    [host, "tls", "request", "--san", "a b"],
    [host, "tls", "request", "--user", "a/b"],
    [ca, "tls", "sign", "--yes", "--days", "0", host.at("request.txt")],
    [ca, "tls", "sign", "--yes", "--days", "1", "--hours", "1", host.at("request.txt")],
    [ca, "tls", "sign", "--yes", "--user", "a", "--deny-user", host.at("request.txt")],
    [ca, "tls", "sign", "--yes", "nowhere"],
    [ca, "tls", "allow-enroll", "--for", "soon"],
    [host, "tls", "allow-enroll"],
    [host, "tls", "enroll", "-oProxyCommand=touch owned"],
    [host, "tls", "enroll", "--", "-oProxyCommand=touch owned"],
  ];
  for (const [home, ...args] of wrong) {
    const { code, stderr } = await home.run(args);
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
  }
  assert.throws(() => Deno.statSync(host.at("owned")), Deno.errors.NotFound);
});
