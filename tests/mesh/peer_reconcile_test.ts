import assert from "node:assert/strict";
import { deleteMemory } from "../../lib/memory/delete.ts";
import { findMemory } from "../../lib/memory/find.ts";
import { recordKey } from "../../lib/core/keyspace.ts";
import { MESH } from "../../lib/core/scope.ts";
import { outgoingDepth } from "../../lib/memory/outgoing.ts";
import { formatTombstone } from "../../lib/memory/tombstone.ts";
import { observationOf, TEST_AUTHOR, testId } from "../support/observations.ts";
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
  // As if they had been confirmed and the hub had lost them since: only comparing finds that.
  offline.store.run("DELETE FROM outbox");
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

routerTest("with a hub that only has storages, as Python's, everything is got whole and given", async () => {
  await using hub = await startHost();
  const [there, dead, legacy] = [1, 2, 3].map((n) => observationOf({ id: testId(n) }));
  assert.ok(there !== undefined && dead !== undefined && legacy !== undefined);
  const keyOf = (kind: "obs" | "tomb", id: string) => recordKey(kind, MESH, TEST_AUTHOR, id);
  await hub.session.putAcknowledged(keyOf("obs", there.id), there.payload);
  await hub.session.putAcknowledged(keyOf("obs", dead.id), dead.payload);
  await hub.session.putAcknowledged(keyOf("tomb", dead.id), formatTombstone(dead.id, "", 1).payload);
  using folder = tempFolder();
  const local = openMemory(folder, "spoke");
  const own = save(local, "from here");
  local.store.run("DELETE FROM outbox");
  local.store.close();
  await using spoke = await startTestPeer({ role: "spoke", connect: hub.endpoint, folder });
  await untilCaughtUp(spoke);
  assert.equal(findMemory(spoke.memory, there.id).state, "live");
  assert.equal(findMemory(spoke.memory, dead.id).state, "tombstoned");
  assert.deepEqual(await spoke.peer.drained(10_000), { left: 0, caughtUp: true });
  const stored = new Set<string>();
  await hub.session.getAll("mem/mesh/obs/**", ({ key }) => void stored.add(key.slice(-32)));
  assert.deepEqual([...stored].sort(), [there.id, dead.id, own].sort());
  // Keys of the oldest form come live.
  await hub.session.putAcknowledged(keyOf("obs", legacy.id).replace("mem/mesh/", "mem/"), legacy.payload);
  await until(
    "the legacy one is here",
    () => recordSet(spoke.memory).some((line) => line.includes(legacy.id)),
  );
});

routerTest(
  "hubs may be chained: what one spoke saves is on a spoke of the other hub, after an absence too",
  async () => {
    await using first = await startTestPeer({ role: "hub" });
    using folder = tempFolder();
    const port = freePort();
    const startSecond = () => startTestPeer({ role: "hub", connect: first.endpoint, folder, port });
    await using one = await startTestPeer({ role: "spoke", connect: first.endpoint });
    {
      await using second = await startSecond();
      await using other = await startTestPeer({ role: "spoke", connect: second.endpoint, replica: true });
      await untilCaughtUp(first, second, one, other);
      const id = save(one.memory, "across two hubs");
      await until("it arrives", () => recordSet(other.memory).some((line) => line.includes(id)));
      const back = save(other.memory, "and back");
      await until("it arrives", () => recordSet(one.memory).some((line) => line.includes(back)));
    }
    for (let n = 0; n < 50; n++) save(one.memory, `meanwhile ${n}`);
    const offline = openMemory(folder, "hub");
    for (let n = 0; n < 20; n++) save(offline, `offline ${n}`);
    offline.store.close();
    await using second = await startSecond();
    await untilEqual([first, second, one]);
    assert.equal(recordSet(second.memory).length, 72);
  },
);

routerTest(
  "a spoke whose link carries nothing starts its router again, and what waits goes out later",
  async () => {
    const port = freePort();
    using folder = tempFolder();
    const listen = [parseEndpoint(`tcp/127.0.0.1:${port}`)];
    await using spoke = await startTestPeer({ role: "spoke", connect: `tcp/127.0.0.1:${port}`, folder });
    save(spoke.memory, "waits");
    const restarted = () =>
      spoke.events.some((event) => event.kind === "router-down" && event.reason.includes("do not answer"));
    {
      await using _silent = await startHost({ listen, storages: [] });
      await until("the router is started again", restarted, 30_000);
      assert.equal(outgoingDepth(spoke.memory.store, ["mesh"]).waiting, 1);
    }
    await using hub = await startTestPeer({ role: "hub", port });
    await untilEqual([hub, spoke], 30_000);
  },
);
