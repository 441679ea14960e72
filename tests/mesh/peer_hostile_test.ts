import assert from "node:assert/strict";
import { recordKey } from "../../lib/core/keyspace.ts";
import { MESH, type Scope } from "../../lib/core/scope.ts";
import { findMemory } from "../../lib/memory/find.ts";
import { LONGEST_PAYLOAD } from "../../lib/memory/ingest.ts";
import { quarantineCount } from "../../lib/store/quarantine.ts";
import { formatTombstone } from "../../lib/memory/tombstone.ts";
import { parseEndpoint } from "../../lib/mesh/endpoint.ts";
import { observationOf, TEST_AUTHOR, testId } from "../support/observations.ts";
import { routerTest, startHost, until } from "./support/host.ts";
import { recordSet, save, startTestPeer, untilCaughtUp, untilEqual } from "./support/peers.ts";

const keyOf = (kind: "obs" | "tomb", id: string, scope: Scope = MESH) =>
  recordKey(kind, scope, TEST_AUTHOR, id);

routerTest(
  "hostile records are set aside, tombstones may come first, and everything else goes on",
  async () => {
    await using hub = await startTestPeer({ role: "hub" });
    await using spoke = await startTestPeer({ role: "spoke", connect: hub.endpoint });
    await using stranger = await startHost({ connect: [parseEndpoint(hub.endpoint)], storages: [] });
    await untilCaughtUp(hub, spoke);
    await until("they know each other", () => stranger.session.neighbours.size > 0);
    const { session } = stranger;
    const good = testId(1);
    const dead = testId(2);
    const bytes = new TextEncoder();
    const hostile: (readonly [string, Uint8Array | string])[] = [
      [keyOf("obs", testId(3)), "{"],
      [keyOf("obs", testId(4)), Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
      [keyOf("obs", testId(5)), observationOf({ id: testId(6) }).payload],
      [keyOf("tomb", testId(5)), "\u0000\u0000"],
      ["mem/mesh/obs/short", "{}"],
      ["mem/mesh/anything/at/all", "x"],
      [keyOf("obs", testId(7)), `${"[".repeat(200_000)}`],
      [
        keyOf("obs", testId(8)),
        observationOf({ id: testId(8), content: "x".repeat(LONGEST_PAYLOAD) }).payload,
      ],
      ["mem/mesh/sync", "x"],
      [`mem/mesh/obs/${"c".repeat(60_000)}`, "{}"],
    ];
    await until("the subscriptions are known", async () => {
      await session.putAcknowledged(keyOf("obs", testId(9)), observationOf({ id: testId(9) }).payload);
      return recordSet(spoke.memory).length > 0;
    });
    for (const [key, payload] of hostile) await session.putAcknowledged(key, payload);
    await session.putAcknowledged(keyOf("tomb", dead), formatTombstone(dead, "", 1).payload);
    await session.putAcknowledged(keyOf("obs", dead), observationOf({ id: dead }).payload);
    await session.putAcknowledged(keyOf("obs", good), bytes.encode(observationOf({ id: good }).payload));
    await until("the good one arrives", () => recordSet(spoke.memory).some((line) => line.includes(good)));
    await until("the hub has it too", () => recordSet(hub.memory).some((line) => line.includes(good)));
    for (const { memory } of [hub, spoke]) {
      assert.equal(quarantineCount(memory.store), hostile.length);
      assert.equal(findMemory(memory, dead).state, "tombstoned");
      assert.equal(findMemory(memory, good).state, "live");
    }
    save(spoke.memory, "life goes on");
    await untilEqual([hub, spoke]);
  },
);

routerTest(
  "what gives way to a record of ours is put right in the mesh",
  async () => {
    await using hub = await startTestPeer({ role: "hub" });
    await using spoke = await startTestPeer({ role: "spoke", connect: hub.endpoint });
    await using stranger = await startHost({ connect: [parseEndpoint(hub.endpoint)], storages: [] });
    await untilCaughtUp(hub, spoke);
    await until("they know each other", () => stranger.session.neighbours.size > 0);
    const { session } = stranger;
    const id = testId(1);
    const stub = observationOf({ id, purged: true, content: "" }).payload;
    const text = observationOf({ id, content: "what was erased" }).payload;
    await until("it arrives", async () => {
      await session.putAcknowledged(keyOf("obs", id), stub);
      return recordSet(hub.memory).length > 0 && recordSet(spoke.memory).length > 0;
    });
    await session.putAcknowledged(keyOf("obs", id), text);
    await until("the stub is back", async () => {
      let found = "";
      await session.getAll(
        keyOf("obs", id),
        ({ payload }) => void (found = new TextDecoder().decode(payload)),
      );
      return found === stub;
    });
    assert.equal(findMemory(spoke.memory, id).state, "purged");
    await untilEqual([hub, spoke]);
  },
);
