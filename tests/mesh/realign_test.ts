import assert from "node:assert/strict";
import type { Home } from "../e2e/support/program.ts";
import { meshHome, setUp, start } from "./support/command.ts";
import { routerTest, until } from "./support/host.ts";

const MEMORIES = 5;
const DELETED = 2;

routerTest("realign-index compares with the storages, with a peer that runs and without one", async () => {
  using hub = meshHome();
  using spoke = meshHome();
  await setUp(hub, spoke);
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/caught up/);
  for (let n = 0; n < MEMORIES; n++) {
    const id = JSON.parse(await hub.ok(["save", `memory ${n}`, "--json"])).observation_id;
    if (n < DELETED) await hub.ok(["delete", id]);
  }
  assert.match(await hub.ok(["drain", "--pending"]), /remaining=0/);
  // What the hub's storage holds, deleted ones too: we never send a DELETE.
  const everything = { left: 0, caught_up: true, fetched: MEMORIES + DELETED, published: 0 };
  const tombstones = { ...everything, fetched: DELETED };

  assert.deepEqual(await realign(spoke), everything);
  assert.deepEqual(await realign(spoke, "--mode", "tombstones"), tombstones);
  const alone = await spoke.run(["--rebuild", "search", "memory"]);
  assert.match(alone.stderr, /no peer runs here, so nothing was compared/);

  await using spokePeer = start(spoke, ["peer"]);
  await spokePeer.line(/caught up/);
  assert.deepEqual(await realign(spoke), everything);
  assert.deepEqual(await realign(spoke, "--mode", "tombstones"), tombstones);
  const { code, stdout, stderr } = await spoke.run(["--rebuild", "search", "memory", "--limit", "50"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /memory \d/);
  assert.doesNotMatch(stderr, /nothing was compared/);

  // A hub that is gone is not waited for longer than was said.
  await hubPeer.end("SIGKILL");
  await until("it is noticed", () => spokePeer.lines.some((line) => /connected to no other host/.test(line)));
  const late = await spoke.run(["realign-index", "--timeout", "1", "--json"]);
  assert.equal(late.code, 1);
  assert.deepEqual(JSON.parse(late.stdout), { left: 0, caught_up: false });
});

async function realign(home: Home, ...options: readonly string[]): Promise<unknown> {
  return JSON.parse(await home.ok(["realign-index", "--json", ...options]));
}
