import assert from "node:assert/strict";
import { deleteMemory } from "../../lib/memory/delete.ts";
import { findMemory } from "../../lib/memory/find.ts";
import { purgeRecords } from "../../lib/memory/purge.ts";
import { findRecord } from "../../lib/memory/records.ts";
import { MESH } from "../../lib/core/scope.ts";
import type { Engine } from "../../lib/mesh/engine/find.ts";
import { tempFolder } from "../support/folder.ts";
import { routerTest, until } from "./support/host.ts";
import { save, saveElsewhere, startTestPeer, type TestPeer, untilEqual } from "./support/peers.ts";
import { FAKETIME, skewedEngine } from "./support/skewed_engine.ts";

/** Whose router's clock is off by how much. */
const CASES = [["hub", "+365d"], ["hub", "-365d"], ["spoke", "+365d"], ["spoke", "-1h"]] as const;

if (FAKETIME === undefined) {
  Deno.test({
    name: "routers whose clock is off (needs libfaketime: KIOKU_FAKETIME)",
    ignore: true,
    fn: () => {},
  });
} else {
  for (const [role, offset] of CASES) {
    routerTest(`the clock of a ${role}'s router is off by ${offset}: everything converges`, async () => {
      using folder = tempFolder();
      const engine = await skewedEngine(folder, offset);
      await converge(role === "hub" ? engine : undefined, role === "spoke" ? engine : undefined);
    });
  }
}

async function converge(hubEngine: Engine | undefined, spokeEngine: Engine | undefined): Promise<void> {
  using spokeFolder = tempFolder();
  const engines = (engine: Engine | undefined) => engine === undefined ? {} : { engine };
  await using hub = await startTestPeer({ role: "hub", ...engines(hubEngine) });
  const parts = { role: "spoke", connect: hub.endpoint, folder: spokeFolder } as const;
  const spoke = await startTestPeer({ ...parts, ...engines(spokeEngine) });
  const kept: string[] = [];
  const gone: string[] = [];
  const erased: string[] = [];
  try {
    for (const { memory } of [hub, spoke]) {
      for (let n = 0; n < 10; n++) kept.push(save(memory, `kept ${n}`));
      gone.push(save(memory, "to be deleted"));
      erased.push(save(memory, "to be erased"));
    }
    await whole(hub, spoke);
    // Each deletes and erases what the other one saved: over a value that another router stamped.
    for (const [n, { memory }] of [spoke, hub].entries()) {
      deleteMemory(memory, gone[n] ?? "", "");
      const stored = findRecord(memory.store, erased[n] ?? "", MESH);
      assert.ok(stored !== undefined);
      purgeRecords(memory, [stored]);
    }
    await whole(hub, spoke);
    for (const { memory } of [hub, spoke]) {
      for (const id of gone) assert.equal(findMemory(memory, id).state, "tombstoned");
      for (const id of erased) assert.equal(findMemory(memory, id).state, "purged");
    }
  } finally {
    await spoke.stop();
  }
  // What comes while one is away, in both directions.
  await saveElsewhere(spokeFolder, 100, "away");
  deleteMemory(hub.memory, kept[0] ?? "", "");
  await using again = await startTestPeer({ ...parts, ...engines(spokeEngine) });
  await whole(hub, again);
  assert.equal(findMemory(again.memory, kept[0] ?? "").state, "tombstoned");
  // The clock was off indeed: one of the routers found the other one's time too far in the future.
  const logs = [hub, again].map(({ folder }) => Deno.readTextFileSync(folder.at("router", "router.log")));
  assert.match(logs.join(), /exceeding delta/);
}

/** Equal sets, and all of it confirmed by the hub's storage. */
async function whole(...hosts: readonly TestPeer[]): Promise<void> {
  await untilEqual(hosts);
  await until("all is confirmed", () => hosts.every(({ peer }) => peer.status().outbox.waiting === 0));
}
