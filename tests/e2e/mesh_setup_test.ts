import assert from "node:assert/strict";
import { parse } from "yaml";
import { testAuthority, writeTlsFolder } from "../support/certificates.ts";
import { copyGolden } from "../support/golden.ts";
import { type Home, newHome } from "./support/program.ts";

function config(home: Home): string {
  return Deno.readTextFileSync(`${home.config}/config.yaml`);
}

function writeConfig(home: Home, text: string): void {
  Deno.mkdirSync(home.config, { recursive: true });
  Deno.writeTextFileSync(`${home.config}/config.yaml`, text);
}

async function status(home: Home): Promise<Record<string, unknown>> {
  return JSON.parse(await home.ok(["status", "--json"]));
}

Deno.test("init really changes the mode, there and back, and keeps what else the file says", async () => {
  using home = newHome();
  writeConfig(home, "# mine\nuser_id: alice # me\nstorage_scopes: [mesh, user/alice]\n");
  const rest = { user_id: "alice", storage_scopes: ["mesh", "user/alice"] };
  const plain = [
    "init",
    "--mode",
    "hub",
    "--listen",
    "192.0.2.1",
    "[FD00::5]:9000",
    "--listen",
    "192.0.2.1:7447",
  ];
  const shown = await home.ok([...plain, "--print"]);
  assert.doesNotMatch(config(home), /mode/, "--print writes nothing");
  assert.match(
    await home.ok(plain),
    /^wrote .*\nhub: listens on tcp\/192\.0\.2\.1:7447, tcp\/\[fd00::5\]:9000\n/,
  );
  assert.equal(config(home), shown);
  assert.deepEqual(parse(config(home)), {
    ...rest,
    backend: "zenoh",
    mode: "hub",
    listen: ["tcp/192.0.2.1:7447", "tcp/[fd00::5]:9000"],
  });
  assert.match(config(home), /^# mine\nuser_id: alice # me\n/);
  assert.equal((await status(home)).mode, "hub");
  assert.match(await home.ok(plain), /^unchanged: /);

  const spoke = [
    "init",
    "--mode",
    "spoke",
    "--connect",
    "hub.example",
    "--replica",
    "--storage-layout",
    "single",
  ];
  const refused = await home.run(spoke);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /--force/);
  await home.ok([...spoke, "--force"]);
  assert.deepEqual(parse(config(home)), {
    ...rest,
    backend: "zenoh",
    mode: "spoke",
    connect: ["tcp/hub.example:7447"],
    replica: true,
    storage_layout: "single",
  });
  await home.ok(["init", "--mode", "local", "--force"]);
  assert.equal(
    config(home),
    "# mine\nuser_id: alice # me\nstorage_scopes: [ mesh, user/alice ]\nbackend: local\n",
  );
  assert.equal((await status(home)).mode, "local");
});

Deno.test("a hub listens on loopback unless told, and a spoke nowhere", async () => {
  using home = newHome();
  assert.match(await home.ok(["init", "--mode", "hub"]), /Only this machine can connect/);
  assert.deepEqual(parse(config(home)).listen, ["tcp/127.0.0.1:7447"]);
  await home.ok(["init", "--mode", "spoke", "--connect", "::1", "--force"]);
  const { listen, connect } = parse(config(home));
  assert.deepEqual([listen, connect], [undefined, ["tcp/[::1]:7447"]]);
});

Deno.test("a hub with --tls has its own authority and certificate, and keeps those that it has", async () => {
  using home = newHome({ KIOKU_MESH_USER_ID: "alice" });
  const init = [
    "init",
    "--mode",
    "hub",
    "--tls",
    "--listen",
    "127.0.0.1",
    "192.0.2.1",
    "--san",
    "hub.example",
  ];
  const { code, stderr } = await home.run(init);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /new authority: .*ca\.key/);
  const { listen, tls, enforce_scopes } = parse(config(home));
  assert.deepEqual(listen, ["tls/127.0.0.1:7447", "tls/192.0.2.1:7447"]);
  assert.deepEqual([tls, enforce_scopes], [`${home.config}/tls`, undefined]);
  const info = async () => JSON.parse(await home.ok(["tls", "info", "--json"]));
  const { certificate, authority } = await info();
  assert.deepEqual(certificate.problems, []);
  assert.deepEqual(certificate.names.toSorted(), ["127.0.0.1", "192.0.2.1", "hub.example"]);
  assert.equal(certificate.user, "alice");
  await home.ok([...init.slice(0, 4), "--listen", "192.0.2.9", "--force"]);
  const again = await info();
  assert.deepEqual([again.certificate.serial, again.authority], [certificate.serial, authority]);
  await home.ok(["tls", "revoke", certificate.serial]);
  const revoked = await home.run([...init, "--force"]);
  assert.equal(revoked.code, 1);
  assert.match(revoked.stderr, /Cannot use the certificate in .*revoked/);
});

Deno.test("a spoke with --tls prints its request, waits for the certificate, and starts over where it ended", async () => {
  using ca = newHome();
  using home = newHome();
  await ca.ok(["tls", "init-ca"]);
  const init = [
    "init",
    "--mode",
    "spoke",
    "--connect",
    "192.0.2.1",
    "--tls",
    "--user",
    "bob",
    "--san",
    "spoke",
  ];
  const given = await home.run(init);
  assert.equal(given.code, 1);
  assert.match(given.stderr, /no certificate was pasted/);
  assert.throws(() => config(home), "nothing is set up without a certificate");
  const bundle = await ca.ok(["tls", "sign", "--yes", "--days", "40"], { stdin: given.stdout });
  using other = newHome();
  const foreign = await other.ok(["tls", "request", "--san", "other"]);
  const swapped = await ca.ok(["tls", "sign", "--yes"], { stdin: foreign });
  const refused = await home.run(init, { stdin: swapped });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /for another key than this host's/);
  assert.throws(() => config(home));
  // The same request again, so the certificate of the first one fits.
  const { code, stdout, stderr } = await home.run(init, { stdin: bundle });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /stands for: host [0-9a-f]{32}, user bob\n/);
  assert.deepEqual(parse(config(home)).connect, ["tls/192.0.2.1:7447"]);
  assert.deepEqual((await status(home)).scopes, ["mesh", "user/bob"]);
  const line = async () => /^certificate: .*$/m.exec(await home.ok(["status"]))?.[0] ?? "none";
  assert.match(await line(), /^certificate: spoke-[0-9a-f]{16}, ends \d{4}-\d\d-\d\d$/);
  const identity = JSON.parse(Deno.readTextFileSync(`${home.config}/tls/identity.json`));
  for (const [days, warning] of [[9, /WARNING: that is soon/], [-1, /WARNING: it is over/]] as const) {
    const not_after = new Date(Date.now() + days * 86_400_000).toISOString();
    const changed = JSON.stringify({ ...identity, not_before: "2020-01-01", not_after });
    Deno.writeTextFileSync(`${home.config}/tls/identity.json`, changed);
    assert.match(await line(), warning);
  }
});

Deno.test("what is for certificates is refused without them", async () => {
  using home = newHome();
  for (const more of [["--user", "bob"], ["--team", "a"], ["--san", "a"], ["--enroll", "ca.example"]]) {
    const { code, stderr } = await home.run(["init", "--mode", "spoke", "--connect", "192.0.2.1", ...more]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`Cannot use ${more[0]}: links are plain`));
    assert.equal((await home.run(["init", ...more])).code, 2);
  }
  assert.equal((await home.run(["init", "--peer"])).code, 2);
});

/** Gives a home a certificate, as an authority elsewhere has signed it. */
async function placeCertificates(home: Home): Promise<void> {
  writeTlsFolder(`${home.config}/tls`, await (await testAuthority()).issue({ cn: "host" }));
}

Deno.test("a hub with certificates listens to holders alone, and to programs of its machine when asked", async () => {
  using home = newHome();
  await placeCertificates(home);
  const { code, stdout, stderr } = await home.run(["init", "--mode", "hub", "--tls"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(parse(config(home)).listen, ["tls/0.0.0.0:7447"]);
  assert.match(stdout, /init --mode spoke --connect tls\/(?!THIS-HOST)[^ ]+:7447 --tls/);
  assert.match(stderr, /copy ledger\.jsonl/);
  assert.doesNotMatch(stderr, /asks for no certificate/);

  const again = ["init", "--mode", "hub", "--tls", "--force"];
  const taken = await home.run([...again, "--plaintext-loopback"]);
  assert.equal(taken.code, 2);
  assert.match(taken.stderr, /tls\/0\.0\.0\.0:7447 has that port.*--plaintext-loopback=7448/);
  for (
    const [more, listen] of [
      [["--plaintext-loopback=17447"], ["tls/0.0.0.0:7447", "tcp/127.0.0.1:17447"]],
      [["--listen", "192.0.2.1", "--plaintext-loopback"], ["tls/192.0.2.1:7447", "tcp/127.0.0.1:7447"]],
    ] as const
  ) {
    const { code, stderr } = await home.run([...again, ...more]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(parse(config(home)).listen, listen);
    assert.match(stderr, /tcp\/127\.0\.0\.1:\d+ asks for no certificate: every program on this machine/);
  }
  const plain = await home.run(["init", "--mode", "hub", "--plaintext-loopback", "--force"]);
  assert.deepEqual([plain.code, /without --tls/.test(plain.stderr)], [2, true]);
});

Deno.test("what cannot be enforced is said by init, or keeps the peer from starting", async () => {
  using home = newHome();
  await placeCertificates(home);
  const single = await home.run(["init", "--mode", "hub", "--tls", "--storage-layout", "single"]);
  assert.match(single.stderr, /scopes are not enforced/);
  assert.equal(parse(config(home)).enforce_scopes, false);

  const refused = async (text: string, ledger: boolean) => {
    writeConfig(home, `backend: zenoh\ntls: ${home.config}/tls\n${text}`);
    const path = `${home.config}/tls/ledger.jsonl`;
    if (ledger) Deno.writeTextFileSync(path, "");
    else Deno.removeSync(path);
    const { code, stderr } = await home.run(["peer"]);
    assert.equal(code, 1, stderr);
    return stderr;
  };
  Deno.writeTextFileSync(`${home.config}/tls/ledger.jsonl`, "");
  const hub = "mode: hub\nlisten: [tls/127.0.0.1:7447]\n";
  assert.match(await refused(hub, false), /^error: Cannot enforce scopes: there is no .*ledger\.jsonl/m);
  assert.match(
    await refused(`${hub}storage_layout: single\n`, true),
    /^error: Cannot enforce scopes: one storage/m,
  );
  const open = "mode: hub\nlisten: [tls/127.0.0.1:7447, tcp/0.0.0.0:7448]\n";
  assert.match(await refused(open, true), /^error: Cannot enforce scopes: tcp\/0\.0\.0\.0:7448 lets in/m);
  const spoke = "mode: spoke\nconnect: [tls/192.0.2.1:7447]\nlisten: [tls/192.0.2.2:7447]\n";
  assert.match(
    await refused(spoke, true),
    /^error: Cannot listen on tls\/192\.0\.2\.2:7447: whoever connects to a spoke/m,
  );
  const torn = `${home.config}/tls/ledger.jsonl`;
  Deno.writeTextFileSync(torn, "nothing of ours\n");
  writeConfig(home, `backend: zenoh\ntls: ${home.config}/tls\n${hub}`);
  assert.match((await home.run(["peer"])).stderr, /^error: Cannot read .*ledger\.jsonl: line 1/m);
});

Deno.test("a host with another's certificate is told whom it stands for", async () => {
  using home = newHome({ KIOKU_MESH_USER_ID: "alice" });
  await placeCertificates(home);
  await home.ok(["init", "--mode", "spoke", "--tls", "--connect", "192.0.2.1"]);
  const identity = {
    v: 1,
    cn: "b-1",
    fingerprint: "00",
    host: "0".repeat(32),
    user: "bob",
    teams: ["acme"],
    not_after: "2036-01-01T00:00:00Z",
  };
  Deno.writeTextFileSync(`${home.config}/tls/identity.json`, JSON.stringify(identity));
  const saved = await home.run(["save", "of mine", "--visibility", "user"]);
  assert.equal(saved.code, 0, saved.stderr);
  assert.match(saved.stderr, /certificate is not for it: user\/alice\./);
  assert.deepEqual((await status(home)).scopes, ["mesh", "user/bob", "team/acme"]);
  assert.equal(await home.ok(["scope", "list"]), "mesh\nuser/bob\nteam/acme\n");
  assert.match((await home.run(["scope", "add", "team/ops"])).stderr, /team\/ops stays here.*certificate/);
});

Deno.test("what does not fit together is refused and changes nothing", async () => {
  using home = newHome();
  Deno.mkdirSync(home.config, { recursive: true });
  const wrong = [
    ["init", "--mode", "hub", "--connect", "192.0.2.1"],
    ["init", "--mode", "hub", "--replica"],
    ["init", "--mode", "spoke"],
    ["init", "--mode", "spoke", "--connect", "192.0.2.1:99999"],
    ["init", "--mode", "spoke", "--connect", "192.0.2.1:0"],
    ["init", "--mode", "spoke", "--connect", "http/192.0.2.1"],
    ["init", "--mode", "spoke", "--connect", "udp/192.0.2.1", "--tls"],
    ["init", "--mode", "spoke", "--connect", "192.0.2.1", "--out", "x"],
    ["init", "--mode", "spoke", "--connect", "192.0.2.1", "--storage-layout", "both"],
    ["init", "--listen", "192.0.2.1"],
    ["init", "--share", "all"],
    ["init", "--adopt", "--mode", "hub"],
    ["init", "--mode", "spoke", "--connect", "192.0.2.1", "--share", "nothing-of-that-name"],
    ["scope", "add", "everybody"],
    ["scope", "remove", "mesh"],
    ["scope"],
    ["engine", "bogus"],
    ["peer", "--until-drained=0"],
    ["save", "x", "--wait=soon"],
  ];
  for (const args of wrong) {
    if (args.includes("--adopt")) copyGolden("zenohd_hub.json5", `${home.config}/zenohd.json5`);
    const { code, stderr } = await home.run(args);
    if (args.includes("--adopt")) Deno.removeSync(`${home.config}/zenohd.json5`);
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, /^error: Cannot [^\n]+\n$/, args.join(" "));
  }
  assert.equal((await status(home)).mode, "local");
  for (
    const args of [["init", "--adopt"], ["peer"], ["sync"], ["realign-index"], ["share", "all"], [
      "scope",
      "remove",
      "team/x",
    ]]
  ) {
    const { code, stderr } = await home.run(args);
    assert.equal(code, 1, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, /^error: Cannot [^\n]+\n$/, args.join(" "));
  }
});

Deno.test("a host that comes from Python keeps its endpoints, and the file that it had is left alone", async () => {
  using home = newHome();
  writeConfig(home, "backend: zenoh\nstorage_scopes:\n  - mesh\n  - team/acme\n");
  copyGolden("zenohd_spoke.json5", `${home.config}/zenohd.json5`);
  const before = Deno.readTextFileSync(`${home.config}/zenohd.json5`);
  await home.ok(["init", "--adopt"]);
  assert.deepEqual(parse(config(home)), {
    backend: "zenoh",
    storage_scopes: ["mesh", "team/acme"],
    mode: "spoke",
    listen: ["tcp/127.0.0.1:7447"],
    connect: ["tcp/192.0.2.1:7447", "tcp/192.0.2.2:7447"],
  });
  assert.equal(Deno.readTextFileSync(`${home.config}/zenohd.json5`), before);
  await home.ok(["save", "written to at once"]);
});

Deno.test("joining publishes nothing unasked; share sends it later, once", async () => {
  using home = newHome();
  for (const project of ["shop", "shop", "home"]) {
    await home.ok(["save", `of ${project}`, "--project", project]);
  }
  const { code, stdout } = await home.run(["init", "--mode", "spoke", "--connect", "192.0.2.1"]);
  assert.equal(code, 0);
  assert.match(stdout, /shared: 0 of 3 memories.*kioku-mesh share/);
  assert.equal((await status(home)).pending_puts, 0);
  await home.ok(["save", "after joining"]);
  assert.equal((await status(home)).pending_puts, 1);
  assert.match(await home.ok(["share"]), /shop: 2\n {2}home: 1/);
  assert.match(await home.ok(["share", "shop"]), /^shared: 2 /);
  assert.equal((await home.run(["share", "shop"])).code, 2);
  assert.match(await home.ok(["share", "all"]), /^shared: 1 /);
  assert.equal(await home.ok(["share"]), "nothing is kept back.\n");
  assert.equal((await status(home)).pending_puts, 4);
});

Deno.test("what --share names goes out at once, and changing the hub asks for nothing again", async () => {
  using home = newHome();
  for (const project of ["shop", "home"]) await home.ok(["save", `of ${project}`, "--project", project]);
  await home.ok(["init", "--mode", "hub", "--share", "shop"]);
  assert.equal((await status(home)).pending_puts, 1);
  await home.ok(["init", "--mode", "spoke", "--connect", "192.0.2.1", "--force"]);
  assert.match(await home.ok(["share"]), /^kept here:\n {2}home: 1\n$/);
  await home.ok(["init", "--mode", "local", "--force"]);
  assert.match(await home.ok(["search", "of"]), /of shop/);
  assert.equal((await status(home)).observations_live, 2);
});

Deno.test("without a peer everybody is told that nothing is shared", async () => {
  using home = newHome();
  await home.ok(["init", "--mode", "spoke", "--connect", "192.0.2.1"]);
  const told = /Kept here, not shared yet: no peer runs.*1 waiting since 2/;
  const saved = await home.run(["save", "a"]);
  assert.equal(saved.code, 0);
  assert.match(saved.stderr, told);
  const waited = await home.run(["save", "b", "--wait=1", "--json"]);
  assert.equal(waited.code, 1, "it was not confirmed");
  assert.equal(JSON.parse(waited.stdout).confirmed, false);
  assert.match(JSON.parse(waited.stdout).not_shared, /2 waiting/);
  const facts = await status(home);
  assert.equal(facts.pending_puts, 2);
  assert.deepEqual(
    Object.entries(Object(facts.mesh)).filter(([name]) => /^(peer_runs|router_up|waiting)$/.test(name)),
    [["peer_runs", false], ["router_up", false], ["waiting", 2]],
  );
  const drained = await home.run(["drain", "--pending"]);
  assert.match(drained.stdout, /drained=0, remaining=2/);
  assert.match(drained.stderr, /no peer runs/);
  const search = await home.run(["search", "nothing of the kind"]);
  assert.match(search.stderr, /^No peer runs on this host, so /);
  assert.equal(
    (await home.run(["search", "a"])).stderr.includes("No peer runs"),
    false,
    "something was found",
  );
  const peer = await home.run(["peer", "status"]);
  assert.equal(peer.code, 1);
  assert.match(peer.stdout, /^peer: not running$/m);
  assert.equal((await home.run(["save", "c", "--wait"], { env: { KIOKU_MESH_BACKEND: "local" } })).code, 2);
});

Deno.test("records of a scope that is not declared wait apart until it is", async () => {
  using home = newHome({ KIOKU_MESH_TEAM_ID: "acme" });
  await home.ok(["init", "--mode", "hub"]);
  const { stderr } = await home.run(["save", "x", "--visibility", "team"]);
  assert.match(stderr, /1 of team\/acme stay here: .*scope add team\/acme/);
  const mesh = async () => Object((await status(home)).mesh);
  assert.deepEqual([(await mesh()).waiting, (await mesh()).unshared], [0, 1]);
  assert.match((await home.run(["scope", "add", "team/acme"])).stdout, /^declared: team\/acme /);
  assert.equal(await home.ok(["scope", "list"]), "mesh\nteam/acme\n");
  assert.deepEqual([(await mesh()).waiting, (await mesh()).unshared], [1, 0]);
  await home.ok(["scope", "remove", "team/acme"]);
  assert.deepEqual(parse(config(home)).storage_scopes, ["mesh"]);
});

Deno.test("without an engine the peer says how to get one", async () => {
  using home = newHome({ KIOKU_MESH_ENGINE_DIR: "/nowhere" });
  await home.ok(["init", "--mode", "hub"]);
  for (const args of [["peer"], ["engine", "info"], ["engine", "verify"]]) {
    const { code, stderr } = await home.run(args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /error: Cannot [^\n]*KIOKU_MESH_ENGINE_DIR[^\n]*\n$/);
  }
});
