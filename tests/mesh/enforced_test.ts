import assert from "node:assert/strict";
import { freePort } from "../../lib/mesh/ports.ts";
import type { Home } from "../e2e/support/program.ts";
import { testAuthority } from "../support/certificates.ts";
import { meshHome, start } from "./support/command.ts";
import { Ledger } from "./support/ledger.ts";
import { routerTest, until } from "./support/host.ts";

async function save(home: Home, text: string, ...more: readonly string[]): Promise<string> {
  return JSON.parse(await home.ok(["save", text, "--json", ...more])).observation_id;
}

async function found(home: Home, id: string): Promise<void> {
  await until(`${id} is there`, async () => (await home.run(["get", id])).code === 0, 20_000);
}

routerTest("a hub takes up declared scopes and revocations while it runs, and loses nothing", async () => {
  using hub = meshHome();
  using a = meshHome();
  using b = meshHome();
  const ledger = new Ledger(await testAuthority());
  await ledger.enrol(hub, "hub");
  await ledger.enrol(a, "anna", { user: "alice", teams: ["acme"] });
  const lost = await ledger.enrol(b, "ben", { user: "bob", teams: ["acme"] });
  ledger.copyTo(hub);
  const endpoint = `tls/127.0.0.1:${freePort()}`;
  await hub.ok(["init", "--mode", "hub", "--tls", "--listen", endpoint]);
  for (const spoke of [a, b]) await spoke.ok(["init", "--mode", "spoke", "--tls", "--connect", endpoint]);
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up, listening on tls/);
  await using aPeer = start(a, ["peer"]);
  await using bPeer = start(b, ["peer"]);
  await Promise.all([aPeer.line(/caught up/), bPeer.line(/caught up/)]);

  const team = await save(a, "for the team", "--visibility", "team", "--project", "p");
  await found(b, await save(a, "for everybody"));
  assert.equal((await b.run(["get", team])).code, 1);
  const { stderr } = await hub.run(["scope", "add", "team/acme"]);
  assert.match(stderr, /the running peer takes it up/);
  await hubPeer.line(/declared: mesh, team\/acme; certificates that get in: 3/);
  await found(b, team);

  ledger.revoke(lost);
  ledger.copyTo(hub);
  await hubPeer.line(/certificates that get in: 2/);
  await hubPeer.line(/turned away: router [0-9a-f]+, whose certificate is revoked or not in the ledger/);
  const after = await save(a, "not for Ben any more", "--wait");
  const his = await b.run(["save", "from whoever has Ben's key", "--json", "--wait=3"]);
  assert.deepEqual([his.code, JSON.parse(his.stdout).confirmed], [1, false]);
  assert.equal((await b.run(["get", after])).code, 1);
  assert.equal((await hub.run(["get", JSON.parse(his.stdout).observation_id])).code, 1);
});
