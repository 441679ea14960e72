import assert from "node:assert/strict";
import { deleteMemory } from "../../lib/memory/delete.ts";
import { findMemory } from "../../lib/memory/find.ts";
import { keepAtHome } from "../../lib/memory/at_home.ts";
import { parseEndpoint } from "../../lib/mesh/endpoint.ts";
import { freePort } from "../../lib/mesh/ports.ts";
import { tempFolder } from "../support/folder.ts";
import { routerTest, startHost, until } from "./support/host.ts";
import { openMemory, recordSet, save, startTestPeer, untilCaughtUp, untilEqual } from "./support/peers.ts";

routerTest("a spoke that was away catches up in both directions, deletions first", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  using folder = tempFolder();
  const ids: string[] = [];
  {
    await using away = await startTestPeer({ role: "spoke", connect: hub.endpoint, folder });
    for (let n = 0; n < 100; n++) ids.push(save(hub.memory, `before ${n}`));
    await untilCaughtUp(hub, away);
    await untilEqual([hub, away]);
  }
  for (let n = 0; n < 200; n++) save(hub.memory, `meanwhile ${n}`);
  for (const id of ids.slice(0, 50)) deleteMemory(hub.memory, id, "");
  const offline = openMemory(folder, "spoke");
  for (let n = 0; n < 20; n++) save(offline, `offline ${n}`);
  for (const id of ids.slice(40, 60)) deleteMemory(offline, id, "");
  offline.store.close();
  await using back = await startTestPeer({ role: "spoke", connect: hub.endpoint, folder });
  await untilCaughtUp(back);
  await untilEqual([hub, back]);
  for (const id of ids.slice(0, 60)) assert.equal(findMemory(hub.memory, id).state, "tombstoned");
  // 300 - 60 live ones, 60 tombstones, 20 from offline.
  assert.equal(recordSet(back.memory).length, 320);
});

routerTest(
  "a hub's lost database is rebuilt from its storage, and a lost storage from the database",
  async () => {
    using folder = tempFolder();
    const port = freePort();
    let before: string[] = [];
    {
      await using hub = await startTestPeer({ role: "hub", folder, port });
      const ids = Array.from({ length: 300 }, (_, n) => save(hub.memory, `kept ${n}`));
      for (const id of ids.slice(0, 30)) deleteMemory(hub.memory, id, "");
      await until("all is stored", () => hub.peer.status().outbox.waiting === 0);
      before = recordSet(hub.memory);
    }
    for (const { name } of [...Deno.readDirSync(folder.path)]) {
      if (name.startsWith("kioku.db")) Deno.removeSync(folder.at(name));
    }
    {
      await using hub = await startTestPeer({ role: "hub", folder, port });
      await untilCaughtUp(hub);
      assert.deepEqual(recordSet(hub.memory), before);
    }
    Deno.removeSync(folder.at("router", "data"), { recursive: true });
    await using hub = await startTestPeer({ role: "hub", folder, port });
    await untilCaughtUp(hub);
    await until("all is stored", () => hub.peer.status().outbox.waiting === 0);
    await using stranger = await startHost({ connect: [parseEndpoint(hub.endpoint)], storages: [] });
    const stored = new Set<string>();
    await until("the hosts know each other", () => stranger.session.neighbours.size > 0);
    await until("the storage has all", async () => {
      await stranger.session.getAll("mem/mesh/**", ({ key }) => void stored.add(key));
      return stored.size > 0;
    });
    assert.equal(stored.size, before.length);
  },
);

routerTest("a record that nobody chose to share stays at home, whatever is compared", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  using folder = tempFolder();
  const local = openMemory(folder, "spoke");
  const kept = save(local, "kept at home");
  local.store.run("DELETE FROM outbox");
  const shared = save(local, "shared");
  keepAtHome(local.store);
  local.store.close();
  await using spoke = await startTestPeer({ role: "spoke", connect: hub.endpoint, folder });
  await untilCaughtUp(spoke);
  assert.deepEqual(await spoke.peer.drained(5_000), { left: 0, caughtUp: true });
  await until("it arrives", () => recordSet(hub.memory).length > 0);
  assert.deepEqual(recordSet(hub.memory).map((line) => line.slice(1, 33)), [shared]);
  assert.throws(() => findMemory(hub.memory, kept), /Cannot find/);
  assert.equal(findMemory(spoke.memory, kept).state, "live");
});
