import assert from "node:assert/strict";
import { deleteMemory } from "../../lib/memory/delete.ts";
import { findMemory } from "../../lib/memory/find.ts";
import { until } from "./support/host.ts";
import { recordSet, save, startTestPeer } from "./support/peers.ts";
import { routerTest } from "./support/host.ts";

routerTest("a save on one spoke is found on another and on the hub", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  await using one = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await using other = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await until("all have caught up", () => [hub, one, other].every(({ peer }) => !peer.status().catchingUp));
  const times: number[] = [];
  for (let n = 0; n < 15; n++) {
    const start = performance.now();
    const id = save(one.memory, `a memory ${n} of the one spoke`);
    await until("it arrives", () => recordSet(other.memory).some((line) => line.includes(id)));
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  assert.ok((times[7] ?? Infinity) < 250, `median ${times[7]} ms`);
  console.error(times.map(Math.round).join(" "));
  await until("the outbox is empty", () => one.peer.status().outbox.waiting === 0);
  assert.deepEqual(recordSet(hub.memory), recordSet(one.memory));
  const id = save(other.memory, "to be deleted");
  await until("it arrives", () => recordSet(one.memory).some((line) => line.includes(id)));
  deleteMemory(one.memory, id, "wrong");
  await until("the deletion arrives", () => findMemory(other.memory, id).state === "tombstoned");
  await until("everywhere", () => findMemory(hub.memory, id).state === "tombstoned");
  console.error(one.events, hub.events);
});
