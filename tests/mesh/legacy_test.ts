import assert from "node:assert/strict";
import { MESH } from "../../lib/core/scope.ts";
import { deleteMemory } from "../../lib/memory/delete.ts";
import { findMemory } from "../../lib/memory/find.ts";
import { parseEndpoint } from "../../lib/mesh/endpoint.ts";
import { storagesFor } from "../../lib/mesh/storages.ts";
import { observationOf, TEST_AUTHOR, testId } from "../support/observations.ts";
import { routerTest, startHost, until } from "./support/host.ts";
import { save, startTestPeer, untilCaughtUp, untilEqual } from "./support/peers.ts";

routerTest("the deletion of a memory that came without a tier is stored beside its old key", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  await using spoke = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  // One storage for everything, as Python's routers have it.
  await using python = await startHost({
    connect: [parseEndpoint(hub.endpoint)],
    storages: storagesFor([MESH], "single"),
  });
  await untilCaughtUp(hub, spoke);
  const { agentFamily, clientId, pcId, sessionId } = TEST_AUTHOR;
  const chunks = [agentFamily, clientId, pcId, sessionId, testId(1)].join("/");
  const payload = observationOf({ id: testId(1) }).payload.replace(
    /"visibility": "[^"]*"/,
    '"visibility": ""',
  );
  assert.match(payload, /"visibility": ""/);
  await until("the memory is everywhere", async () => {
    await python.session.putAcknowledged(`mem/obs/${chunks}`, payload);
    return [hub, spoke].every(({ memory }) => shown(memory) === "live");
  });
  deleteMemory(spoke.memory, testId(1), "");
  const other = save(spoke.memory, "one of today");
  deleteMemory(spoke.memory, other, "");
  await untilEqual([hub, spoke]);
  await until("all is confirmed", () => spoke.peer.status().outbox.waiting === 0);
  const mirrors: string[] = [];
  await python.session.getAll("mem/tomb/**", ({ key }) => void mirrors.push(key));
  assert.deepEqual([...new Set(mirrors)], [`mem/tomb/${chunks}`]);
  assert.equal(shown(hub.memory), "tombstoned");
});

function shown(memory: Parameters<typeof findMemory>[0]): string {
  try {
    return findMemory(memory, testId(1)).state;
  } catch {
    return "absent";
  }
}
