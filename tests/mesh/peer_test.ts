import assert from "node:assert/strict";
import { VERSION } from "../../lib/core/version.ts";
import { deleteMemory } from "../../lib/memory/delete.ts";
import { findMemory } from "../../lib/memory/find.ts";
import { PeerRuns, peerRuns, readPeerStatus, startPeer } from "../../lib/mesh/peer.ts";
import { lives, routerTest, until } from "./support/host.ts";
import {
  peerOptions,
  recordSet,
  save,
  saveElsewhere,
  startTestPeer,
  type TestPeer,
  untilCaughtUp,
  untilEqual,
} from "./support/peers.ts";

routerTest("a save on one spoke is found on another in under 250 ms, and a deletion as well", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  await using one = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await using other = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await untilCaughtUp(hub, one, other);
  const times: number[] = [];
  let id = "";
  for (let n = 0; n < 15; n++) {
    const start = performance.now();
    id = save(one.memory, `memory ${n} of the one spoke`);
    await until("it arrives", () => recordSet(other.memory).some((line) => line.includes(id)));
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  assert.ok((times[7] ?? Infinity) < 250, `median ${times[7]} ms`);
  deleteMemory(other.memory, id, "wrong");
  await until("the deletion arrives", () => findMemory(one.memory, id).state === "tombstoned");
  await untilEqual([hub, one, other]);
  assert.equal(recordSet(hub.memory).length, 15);
  for (const { peer } of [one, other]) {
    assert.deepEqual(await peer.drained(5_000), { left: 0, caughtUp: true });
  }
});

routerTest("a burst from one process is whole on all hosts, and no save waits for the peer", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  await using one = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await using other = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await untilCaughtUp(hub, one, other);
  const [times] = await Promise.all([
    saveElsewhere(one.folder, 2000),
    saveElsewhere(other.folder, 20, "beside"),
  ]);
  await untilEqual([hub, one, other], 30_000);
  assert.equal(recordSet(other.memory).length, 2020);
  await until("all is confirmed", () => one.peer.status().outbox.waiting === 0);
  assert.ok((times[1900] ?? Infinity) < 50, `p95 of a save: ${times[1900]} ms`);
});

routerTest("one peer a state folder, and its status is there for others to read", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  assert.ok(peerRuns(hub.folder.path));
  const second = await peerOptions(hub.folder, { role: "hub" }, []);
  await assert.rejects(startPeer(second), PeerRuns);
  second.memory.store.close();
  await untilCaughtUp(hub);
  await until("its status is written", () => readPeerStatus(hub.memory.store)?.catchingUp === false);
  assert.equal(readPeerStatus(hub.memory.store)?.routerUp, true);
  const pid: number = JSON.parse(Deno.readTextFileSync(hub.folder.at("router", "running.json"))).pid;
  assert.ok(lives(pid));
  save(hub.memory, "saved right before the end");
  await new Promise((resolve) => setTimeout(resolve, 60));
  const start = performance.now();
  await hub.peer.stop();
  assert.ok(performance.now() - start < 5_000);
  assert.ok(!lives(pid));
  assert.ok(!peerRuns(hub.folder.path));
  assert.deepEqual(
    [readPeerStatus(hub.memory.store)?.routerUp, readPeerStatus(hub.memory.store)?.outbox.waiting],
    [false, 0],
  );
});

routerTest("hosts know of each other, through the hub too, and of who has gone", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  await using one = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  const other = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  const rolesAt = ({ peer }: TestPeer) => peer.status().hosts.map(({ role }) => role).sort().join();
  const all = [hub, one, other];
  await until("all are seen by all", () => all.every((each) => rolesAt(each) === "hub,spoke,spoke"));
  assert.deepEqual(one.peer.status().hosts.map(({ version }) => version), [VERSION, VERSION, VERSION]);
  await other.stop();
  await until("who has gone is gone", () => [hub, one].every((each) => rolesAt(each) === "hub,spoke"));
  await until("others can read it", () => readPeerStatus(one.memory.store)?.hosts.length === 2);
});

routerTest("a router that is killed comes back, and nothing is lost", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  await using one = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await untilCaughtUp(hub, one);
  const saving = saveElsewhere(one.folder, 300);
  await until("it began", () => recordSet(hub.memory).length > 20);
  for (const { folder } of [one, hub]) {
    Deno.kill(JSON.parse(Deno.readTextFileSync(folder.at("router", "running.json"))).pid, "SIGKILL");
  }
  await saving;
  await until("all is confirmed", () => one.peer.status().outbox.waiting === 0, 30_000);
  await untilEqual([hub, one]);
  assert.equal(recordSet(hub.memory).length, 300);
});
