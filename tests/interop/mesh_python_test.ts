import assert from "node:assert/strict";
import { join } from "node:path";
import { freePort } from "../../lib/mesh/ports.ts";
import type { Home } from "../e2e/support/program.ts";
import { meshHome, setUp, start } from "../mesh/support/command.ts";
import { routerTest, until } from "../mesh/support/host.ts";
import { livePayloads, type Payloads, PythonHost } from "./python_host.ts";

const ALICE = { KIOKU_MESH_USER_ID: "alice" };

/** Needs every kind of care: characters outside ASCII and the BMP, quotes, what JSON escapes and what it does not. */
const HARD = 'pelican 日本語 😀 "quoted" \\ back\nline\ttab\u2028\u007f';

async function save(home: Home, content: string, ...more: readonly string[]): Promise<string> {
  return JSON.parse(await home.ok(["save", content, "--json", ...more])).observation_id;
}

/** What a host of ours shows. */
function payloads(home: Home): Payloads {
  return livePayloads(
    join(home.state, "kioku.db"),
    "SELECT id, payload FROM observation AS o WHERE state = 0 " +
      "AND NOT EXISTS (SELECT 1 FROM tombstone AS t WHERE t.id = o.id AND t.scope = o.scope)",
  );
}

/** Waits until all hosts of ours show just these records. */
async function show(ids: readonly string[], ...homes: readonly Home[]): Promise<void> {
  const wanted = [...ids].sort();
  for (const home of homes) {
    const shown = () => [...payloads(home).keys()].sort();
    await until(
      `all ${wanted.length} are there`,
      () => JSON.stringify(shown()) === JSON.stringify(wanted),
      15_000,
    )
      .catch((error) => assert.deepEqual(shown(), wanted, String(error)));
  }
}

/** Python's search for a word, after it has looked at all that the mesh has. */
function pythonFinds(host: PythonHost, word: string): Promise<string> {
  return host.run("--rebuild", "search", word);
}

routerTest("Python 1.2.0 on our router sees and is seen, of all tiers, byte for byte", async () => {
  using hub = meshHome(ALICE);
  using spoke = meshHome(ALICE);
  const endpoint = await setUp(hub, spoke);
  for (const home of [hub, spoke]) await home.ok(["scope", "add", "user/alice"]);
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up/);
  await using spokePeer = start(spoke, ["peer"]);
  await spokePeer.line(/caught up/);
  using host = new PythonHost(endpoint, ALICE);

  const theirs = await host.save(HARD, "--project", "demo", "--tags", "db,設計", "--importance", "5");
  const theirUser = await host.save("heron of my own", "--visibility", "user");
  const ours = await save(spoke, `${HARD} of ours`, "--project", "demo", "--tags", "db,設計");
  const ourUser = await save(hub, "egret of my own", "--visibility", "user");
  const all = [theirs, theirUser, ours, ourUser];
  await show(all, hub, spoke);
  for (const home of [hub, spoke]) {
    assert.ok((await home.ok(["search", "pelican", "--format", "json"])).includes(theirs));
    assert.ok((await home.ok(["search", "heron"])).includes(theirUser));
  }
  assert.ok((await pythonFinds(host, "pelican")).includes(ours));
  assert.ok((await host.run("search", "egret")).includes(ourUser));
  const stored = sorted(await host.stored());
  assert.equal(stored.length, all.length);
  for (const shown of [host.payloads(), payloads(hub), payloads(spoke)]) {
    assert.deepEqual(sorted(shown), stored);
  }

  await host.run("delete", ours);
  await host.run("delete", ourUser);
  await show([theirs, theirUser], hub, spoke);
  await spoke.ok(["delete", theirs]);
  await hub.ok(["delete", theirUser]);
  for (const home of [hub, spoke]) assert.match(await home.ok(["drain", "--pending"]), /remaining=0/);
  assert.equal(await pythonFinds(host, "pelican"), "No matching memories.\n");
  assert.deepEqual([...host.payloads()], []);
  await show([], hub, spoke);
});

routerTest("a host with Python's own router, and records of its own, joins our hub", async () => {
  using hub = meshHome(ALICE);
  using spoke = meshHome(ALICE);
  const endpoint = await setUp(hub, spoke);
  for (const home of [hub, spoke]) await home.ok(["scope", "add", "user/alice"]);
  const own = `tcp/127.0.0.1:${freePort()}`;
  using host = new PythonHost(own, ALICE);
  await using _router = await host.startRouter("--mode", "spoke", "--listen", own, "--connect", endpoint);

  // Before they have met.
  const theirs = await host.save(HARD);
  const theirUser = await host.save("heron of my own", "--visibility", "user");
  const theirDeleted = await host.save("deleted at once");
  await host.run("delete", theirDeleted);
  const ours = await save(hub, `${HARD} of ours`);
  const ourUser = await save(spoke, "egret of my own", "--visibility", "user");
  const all = [theirs, theirUser, ours, ourUser];
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up/);
  // Its router tries again every few seconds; then the hub looks at all that it has.
  await show([theirs, theirUser, ours], hub);
  await spoke.ok(["realign-index"]);
  await show(all, hub, spoke);
  assert.equal((await spoke.run(["get", theirDeleted])).code, 1);
  assert.ok((await pythonFinds(host, "egret")).includes(ourUser));
  same(await host.stored(), host, hub, spoke);

  // From now on, live.
  await using spokePeer = start(spoke, ["peer"]);
  await spokePeer.line(/caught up/);
  const later = await host.save("later there");
  await show([...all, later], hub, spoke);
  const waited = JSON.parse(await spoke.ok(["save", "later here", "--wait", "--json"]));
  assert.equal(waited.confirmed, true);
  await host.run("delete", ours);
  await spoke.ok(["delete", theirs]);
  await hub.ok(["delete", theirUser]);
  const rest = [ourUser, later, waited.observation_id];
  await show(rest, hub, spoke);
  for (const home of [hub, spoke]) assert.match(await home.ok(["drain", "--pending"]), /remaining=0/);
  await host.run("--rebuild", "search");
  assert.deepEqual([...host.payloads().keys()].sort(), rest.sort());
  same(undefined, host, hub, spoke);
});

routerTest("our spoke joins a hub of Python's, which alone stores", async () => {
  using spoke = meshHome(ALICE);
  const endpoint = `tcp/127.0.0.1:${freePort()}`;
  using host = new PythonHost(endpoint, ALICE);
  const early = await save(spoke, "from before, pelican");
  await using _router = await host.startRouter("--mode", "hub", "--listen", endpoint);
  const theirs = await host.save(HARD);
  const theirUser = await host.save("heron of my own", "--visibility", "user");
  await spoke.ok(["init", "--mode", "spoke", "--connect", endpoint, "--share", "all"]);
  await spoke.ok(["scope", "add", "user/alice"]);
  await spoke.ok(["sync"]);
  await show([early, theirs, theirUser], spoke);
  await using peer = start(spoke, ["peer"]);
  await peer.line(/caught up/);
  const waited = JSON.parse(
    await spoke.ok(["save", "egret of my own", "--visibility", "user", "--wait", "--json"]),
  );
  assert.equal(waited.confirmed, true);
  assert.ok((await pythonFinds(host, "egret")).includes(waited.observation_id));
  same(await host.stored(), host, spoke);
  await host.run("delete", early);
  await spoke.ok(["delete", theirs]);
  assert.match(await spoke.ok(["drain", "--pending"]), /remaining=0/);
  await show([theirUser, waited.observation_id], spoke);
  await host.run("--rebuild", "search");
  same(undefined, host, spoke);
});

routerTest(
  "our hub with the broad storage aligns with Python's, so that each has all without the other",
  async () => {
    using hub = meshHome(ALICE);
    const endpoint = `tcp/127.0.0.1:${freePort()}`;
    await hub.ok(["init", "--mode", "hub", "--listen", endpoint, "--storage-layout", "single"]);
    await hub.ok(["scope", "add", "user/alice"]);
    const own = `tcp/127.0.0.1:${freePort()}`;
    using host = new PythonHost(own, ALICE);
    await using _router = await host.startRouter("--mode", "spoke", "--listen", own, "--connect", endpoint);
    const theirs = await host.save("heron of my own", "--visibility", "user");
    const ours = await save(hub, HARD);
    {
      await using hubPeer = start(hub, ["peer"]);
      await hubPeer.line(/router up/);
      await show([theirs, ours], hub);
      // Python's router learns of what was there before it came by alignment alone, every 10 s.
      await until("Python's router has both", async () => (await host.stored("own")).size === 2, 30_000);
    }
    // Our hub has gone.
    assert.deepEqual([...(await host.stored()).keys()].sort(), [ours, theirs].sort());
  },
);

/** Checks that all show the same records, and the same as storages answer with where that is given. */
function same(stored: Payloads | undefined, host: PythonHost, ...homes: readonly Home[]): void {
  const wanted = sorted(host.payloads());
  for (const home of homes) assert.deepEqual(sorted(payloads(home)), wanted);
  if (stored === undefined) return;
  for (const [id, payload] of wanted) assert.equal(stored.get(id), payload);
}

function sorted(found: Payloads): [string, string][] {
  return [...found].sort();
}
