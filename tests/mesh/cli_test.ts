import assert from "node:assert/strict";
import { parse } from "yaml";
import { freePort } from "../../lib/mesh/ports.ts";
import { copyGolden } from "../support/golden.ts";
import { PROJECT } from "../support/source.ts";
import { EXECUTABLE, type Home } from "../e2e/support/program.ts";
import { meshHome, routerOf, setUp, start } from "./support/command.ts";
import { lives, routerTest, until } from "./support/host.ts";

async function save(home: Home, text: string, ...more: readonly string[]): Promise<string> {
  return JSON.parse(await home.ok(["save", text, "--json", ...more])).observation_id;
}

async function finds(home: Home, id: string): Promise<boolean> {
  return (await home.run(["get", id])).code === 0;
}

async function found(home: Home, id: string): Promise<void> {
  await until(`${id} is there`, () => finds(home, id), 15_000);
}

/** The pages whose shell blocks say on which host they are to be run. */
const PAGES = ["docs/mesh.md", "docs/two-machines.md"];

/** The shell blocks of a page with the hosts that they are for. */
function documented(page: string): { host: string; commands: string[] }[] {
  const text = Deno.readTextFileSync(`${PROJECT}/${page}`);
  return [...text.matchAll(/^```sh\n# (\w+)\n(.*?)^```/gms)].map(([, host = "", block = ""]) => ({
    host,
    commands: block.trim().split("\n"),
  }));
}

async function status(home: Home): Promise<Record<string, unknown>> {
  return Object(JSON.parse((await home.run(["peer", "status", "--json"])).stdout));
}

routerTest(
  "what is saved on one host is found on another, and deleted there; each tells how it stands",
  async () => {
    using hub = meshHome();
    using a = meshHome();
    using b = meshHome();
    const endpoint = await setUp(hub, a, b);
    await using hubPeer = start(hub, ["peer"]);
    await hubPeer.line(/router up, listening on/);
    assert.ok(hubPeer.lines.some((line) => line.includes(endpoint)));
    await using aPeer = start(a, ["peer"]);
    await using bPeer = start(b, ["peer"]);
    await Promise.all([aPeer.line(/caught up/), bPeer.line(/caught up/)]);

    const waited = JSON.parse(await a.ok(["save", "the kangaroo decision", "--wait", "--json"]));
    assert.equal(waited.confirmed, true);
    assert.equal(waited.not_shared, undefined);
    await found(b, waited.observation_id);
    assert.match(await b.ok(["search", "kangaroo"]), /the kangaroo decision/);
    await b.ok(["delete", waited.observation_id]);
    assert.match(await b.ok(["drain", "--pending"]), /remaining=0/);
    await until("it is gone", async () => !await finds(a, waited.observation_id));

    await until("the status is written", async () => {
      const { router_up, connected, catching_up, waiting } = await status(a);
      return router_up === true && Array.isArray(connected) && connected.length === 1 &&
        catching_up === false &&
        waiting === 0;
    });
    assert.match(await hub.ok(["status"]), /^peer: running, router up$/m);
    for (const host of [hub, a]) {
      const { stdout } = await host.run(["doctor", "--json"]);
      const { checks } = JSON.parse(stdout);
      const wrong = checks.filter((check: { status: string }) => check.status !== "pass");
      assert.deepEqual(wrong, [], "the doctor finds something on a healthy host");
      const names = checks.map((check: { name: string }) => check.name);
      for (const name of ["router", "peer", "outbox", "comparison", "versions"]) {
        assert.ok(names.includes(name));
      }
    }
    const second = await a.run(["peer"]);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /error: Cannot start the peer: one runs already/);

    const router = routerOf(a);
    assert.ok(router !== undefined && lives(router));
    assert.equal(await aPeer.end(), 0);
    assert.equal(await bPeer.end("SIGINT"), 0);
    assert.ok(!lives(router), "the router has ended with its peer");
    assert.equal((await status(a)).peer_runs, false);
    for (const { lines } of [hubPeer, aPeer, bPeer]) assert.doesNotMatch(lines.join("\n"), /kangaroo/);
  },
);

routerTest("sync is one round for a host that does not stay, and says what is left", async () => {
  using hub = meshHome();
  using ci = meshHome();
  await setUp(hub, ci);
  const early = await save(ci, "before the hub was there");
  const alone = await ci.run(["sync", "--timeout", "2", "--json"]);
  assert.equal(alone.code, 1);
  assert.equal(JSON.parse(alone.stdout).left, 1);
  const fromHub = await save(hub, "of the hub");
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up/);
  assert.equal(await ci.ok(["sync"]), "sync: done; nothing waits.\n");
  assert.ok(await finds(ci, fromHub));
  assert.equal(routerOf(ci), undefined);
  await found(hub, early);
  const late = await save(ci, "later");
  await ci.ok(["peer", "--until-drained=20"]);
  await found(hub, late);
  await ci.ok(["realign-index"]);
});

routerTest(
  "a peer that is killed leaves no router and no lock, and what was saved meanwhile goes out",
  async () => {
    using hub = meshHome();
    using spoke = meshHome();
    await setUp(hub, spoke);
    await using hubPeer = start(hub, ["peer"]);
    await hubPeer.line(/router up/);
    const first = start(spoke, ["peer"]);
    await first.line(/caught up/);
    const router = routerOf(spoke);
    assert.ok(router !== undefined);
    await first.end("SIGKILL");
    await until("the router is gone", () => !lives(router));
    const { stderr, stdout } = await spoke.run(["save", "meanwhile", "--json"]);
    assert.match(JSON.parse(stdout).not_shared, /no peer runs.*1 waiting/, stderr);
    await using again = start(spoke, ["peer"]);
    await again.line(/caught up/);
    await found(hub, JSON.parse(stdout).observation_id);
  },
);

routerTest("joining shares what was chosen, and leaving loses nothing", async () => {
  using hub = meshHome();
  using spoke = meshHome();
  const shop = await save(spoke, "of the shop", "--project", "shop");
  const home = await save(spoke, "of my home", "--project", "home");
  const endpoint = await setUp(hub);
  await spoke.ok(["init", "--mode", "spoke", "--connect", endpoint, "--share", "shop"]);
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up/);
  const later = await save(hub, "of the hub");
  await spoke.ok(["sync"]);
  await found(hub, shop);
  assert.ok(!await finds(hub, home), "nobody chose to share it");
  await spoke.ok(["share", "home"]);
  await spoke.ok(["sync"]);
  await found(hub, home);

  await spoke.ok(["init", "--mode", "local", "--force"]);
  const local = await save(spoke, "while alone");
  for (const id of [shop, home, later, local]) assert.ok(await finds(spoke, id), id);
  await spoke.ok(["init", "--mode", "spoke", "--connect", endpoint, "--force"]);
  await spoke.ok(["sync"]);
  assert.ok(!await finds(hub, local));
  await spoke.ok(["init", "--mode", "local", "--force"]);
  for (const id of [shop, home, later, local]) assert.ok(await finds(spoke, id), id);
});

routerTest("a mesh can be tried out, and every host keeps what it got", async () => {
  using one = meshHome();
  using two = meshHome();
  const endpoint = `tcp/127.0.0.1:${freePort()}`;
  const kept = await save(one, "from before");
  let id: string;
  {
    await using hub = start(one, ["mesh", "start", "--listen", endpoint]);
    await hub.line(/^hub: /);
    await using spoke = start(two, ["mesh", "join", endpoint]);
    await spoke.line(/caught up/);
    id = await save(two, "while it runs");
    await found(one, id);
    assert.equal(await spoke.end(), 0);
    assert.equal(await hub.end(), 0);
  }
  assert.ok(await finds(one, id));
  assert.ok(!await finds(two, kept));
  assert.equal(JSON.parse(await one.ok(["status", "--json"])).mode, "local");
});

routerTest("a spoke that comes from Python joins with its own configuration", async () => {
  using hub = meshHome();
  using spoke = meshHome();
  const port = freePort();
  await hub.ok(["init", "--mode", "hub", "--listen", `127.0.0.1:${port}`]);
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up/);
  Deno.mkdirSync(spoke.config, { recursive: true });
  const file = `${spoke.config}/zenohd.json5`;
  copyGolden("zenohd_spoke.json5", file);
  const text = Deno.readTextFileSync(file)
    .replace("127.0.0.1:7447", `127.0.0.1:${freePort()}`)
    .replace("192.0.2.1:7447", `127.0.0.1:${port}`).replace(/^.*192\.0\.2\.2.*\n/m, "");
  Deno.writeTextFileSync(file, text);
  await spoke.ok(["init", "--adopt"]);
  assert.deepEqual(parse(Deno.readTextFileSync(`${spoke.config}/config.yaml`)).connect, [
    `tcp/127.0.0.1:${port}`,
  ]);
  const id = await save(spoke, "from a host of Python");
  await spoke.ok(["sync"]);
  await found(hub, id);
  assert.equal(Deno.readTextFileSync(file), text);
});

routerTest("whoever listens on the port already is named", async () => {
  using hub = meshHome();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await hub.ok(["init", "--mode", "hub", "--listen", `127.0.0.1:${port}`]);
  const { code, stderr } = await hub.run(["peer"]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /error: Cannot listen on tcp\/127\.0\.0\.1:\d+: deno \(process \d+, .*\) already does/,
  );
});

routerTest(
  "a scope that the hub does not carry is named, and goes out once it is declared there",
  async () => {
    using hub = meshHome({ KIOKU_MESH_TEAM_ID: "acme" });
    using spoke = meshHome({ KIOKU_MESH_TEAM_ID: "acme" });
    await setUp(hub, spoke);
    await spoke.ok(["scope", "add", "team/acme"]);
    const id = await save(spoke, "for the team", "--visibility", "team");
    await using spokePeer = start(spoke, ["peer"]);
    {
      await using hubPeer = start(hub, ["peer"]);
      await hubPeer.line(/router up/);
      await spokePeer.line(/team\/acme is carried by no host in reach.*scope add team\/acme/);
      await until(
        "the status says so",
        async () => /1 wait for a host/.test(String((await status(spoke)).warning)),
      );
      assert.equal(await hubPeer.end(), 0);
    }
    await hub.ok(["scope", "add", "team/acme"]);
    await using hubPeer = start(hub, ["peer"]);
    await hubPeer.line(/router up/);
    await found(hub, id);
  },
);

routerTest("a spoke whose hub is away says that there may be more than it finds", async () => {
  using spoke = meshHome();
  await spoke.ok(["init", "--mode", "spoke", "--connect", `127.0.0.1:${freePort()}`]);
  await using peer = start(spoke, ["peer"]);
  await peer.line(/router up/);
  const { stdout, stderr } = await spoke.run(["search", "anything"]);
  assert.equal(stdout, "No matching memories.\n");
  assert.match(stderr, /^This host is catching up with the mesh/);
  assert.equal(Object(await status(spoke)).catching_up, true);
});

routerTest("engine says what is in use, and refuses one that was changed", async () => {
  using home = meshHome();
  const { origin, folder, files } = JSON.parse(await home.ok(["engine", "info", "--json"]));
  assert.equal(origin, "named");
  assert.equal(files.length, 4);
  assert.equal(await home.ok(["engine", "path"]), `${folder}\n`);
  assert.match(await home.ok(["engine", "verify"]), /^verified: 4 files/);
  const copy = home.at("engine");
  Deno.mkdirSync(copy, { mode: 0o700 });
  for (const { name } of [...files, { name: "SHA256SUMS" }]) {
    Deno.copyFileSync(`${folder}/${name}`, `${copy}/${name}`);
  }
  Deno.truncateSync(`${copy}/${files[0].name}`, 1000);
  const { code, stderr } = await home.run(["engine", "verify"], { env: { KIOKU_MESH_ENGINE_DIR: copy } });
  assert.equal(code, 1);
  assert.match(stderr, /error: Cannot run the engine: .*not what its manifest says/);
});

for (const page of PAGES) {
  routerTest(`every command of ${page} works as written`, () => runPage(page));
}

routerTest(
  "a CI job reads, saves and leaves, as docs/ci.md says, and nothing of it stays but its memories",
  async () => {
    using hub = meshHome();
    const address = `127.0.0.1:${freePort()}`;
    await hub.ok(["init", "--mode", "hub", "--listen", address]);
    await using peer = start(hub, ["peer"]);
    await peer.line(/router up/);
    await hub.ok(["save", "Use the old linker on arm.", "--wait"]);
    const [block] = documented("docs/ci.md");
    assert.ok(block !== undefined);
    {
      using job = meshHome();
      let said = "";
      for (const command of block.commands) said += await job.ok(words(command, address));
      assert.match(said, /old linker on arm/);
    }
    assert.match(await hub.ok(["search", "nightly"]), /nightly build broke/);
  },
);

/** Of a command line what follows the program, with an address that is there. */
function words(command: string, address: string): string[] {
  const [program, ...args] = (command.replace("192.0.2.1", address).match(/"[^"]*"|\S+/g) ?? [])
    .map((word) => word.replaceAll('"', ""));
  assert.equal(program, "kioku-mesh");
  return args;
}

async function runPage(page: string): Promise<void> {
  using hub = meshHome();
  using spoke = meshHome();
  using ci = meshHome();
  const homes: Readonly<Record<string, Home>> = { hub, spoke, ci };
  const address = `127.0.0.1:${freePort()}`;
  await spoke.ok(["save", "from before"]);
  await using peers = new AsyncDisposableStack();
  const blocks = documented(page);
  assert.ok(blocks.length >= 4);
  for (const { host, commands } of blocks) {
    const home = homes[host];
    assert.ok(home, host);
    for (const command of commands) {
      const args = words(command, address);
      if (args.join(" ") !== "peer") await home.ok(args);
      else await peers.use(start(home, args)).line(/router up/);
    }
  }
}

Deno.test({
  name: "the executable brings its engine along, and can be installed as a service",
  // Only an executable has one inside; CI runs these tests on it too.
  ignore: EXECUTABLE === undefined,
  async fn() {
    using home = meshHome({ KIOKU_MESH_ENGINE_DIR: "" });
    const { origin, folder, files } = JSON.parse(await home.ok(["engine", "info", "--json"]));
    assert.equal(origin, "packed");
    assert.ok(folder.startsWith(home.at(".cache", "kioku-mesh", "engine")));
    assert.equal(files.length, 4);
    await home.ok(["init", "--mode", "hub", "--listen", `127.0.0.1:${freePort()}`]);
    await using peer = start(home, ["peer"]);
    await peer.line(/router up/);
    if (Deno.build.os === "linux") {
      const unit = await home.ok(["peer", "install", "--print"]);
      assert.ok(unit.includes(`ExecStart="${EXECUTABLE}" peer\n`), unit);
      const path = home.at(".config", "systemd", "user", "kioku-mesh-peer.service");
      await assert.rejects(Deno.stat(path));
      await home.ok(["peer", "install"]);
      assert.equal(Deno.readTextFileSync(path), unit);
    }
  },
});
