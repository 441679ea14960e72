import assert from "node:assert/strict";
import { recordKey } from "../../lib/core/keyspace.ts";
import { MESH, type Scope } from "../../lib/core/scope.ts";
import { enqueue } from "../../lib/store/outbox.ts";
import { ingest } from "../../lib/memory/ingest.ts";
import { observationOf, TEST_AUTHOR, testId } from "../support/observations.ts";
import { routerTest, until } from "./support/host.ts";
import { recordSet, save, startTestPeer, type TestPeer, untilCaughtUp, untilEqual } from "./support/peers.ts";

const ACME: Scope = { tier: "team", id: "acme" };
const ALICE: Scope = { tier: "user", id: "alice" };

/** Has a record of a scope, as if it had been saved there. */
function give({ memory: { store } }: TestPeer, scope: Scope, label: string, n: number): void {
  const payload = observationOf({ id: testId(n), scope }).payload;
  store.write(() => {
    ingest(store, { key: recordKey("obs", scope, TEST_AUTHOR, testId(n)), payload }, {
      now: 1,
      republish: false,
    });
    enqueue(store, "observation", testId(n), label, 1);
  });
}

routerTest(
  "records of a scope reach only hosts that declare it, and wait where nobody carries it",
  async () => {
    await using hub = await startTestPeer({ role: "hub", scopes: [MESH, ACME] });
    await using member = await startTestPeer({
      role: "spoke",
      connect: hub.endpoint,
      scopes: [MESH, ACME, ALICE],
    });
    await using other = await startTestPeer({ role: "spoke", connect: hub.endpoint, scopes: [MESH] });
    await untilCaughtUp(hub, member, other);
    give(member, ACME, "team/acme", 1);
    give(member, ALICE, "user/alice", 2);
    // Of a scope that the other one does not declare.
    give(other, ACME, "team/acme", 3);
    const id = save(member.memory, "for everybody");
    await until("the mesh has it", () => recordSet(other.memory).some((line) => line.includes(id)));
    await until("the team has it", () => recordSet(hub.memory, "team/acme").length === 1);
    assert.deepEqual(recordSet(hub.memory, "team/acme"), recordSet(member.memory, "team/acme"));
    assert.equal(recordSet(other.memory, "team/acme").length, 1);
    assert.equal(recordSet(hub.memory, "user/alice").length, 0);
    assert.equal(other.peer.status().outbox.unshared, 1);
    await until("the scope is known not to be carried", () => member.peer.status().outbox.unshared === 1);
    assert.ok(member.events.some((event) => event.kind === "not-carried" && event.scope === "user/alice"));
    assert.deepEqual(await member.peer.drained(3_000), { left: 0, caughtUp: true });
  },
);

routerTest("a record that cannot go out is told, waits, and holds back nothing else", async () => {
  await using hub = await startTestPeer({ role: "hub" });
  await using spoke = await startTestPeer({ role: "spoke", connect: hub.endpoint });
  await untilCaughtUp(hub, spoke);
  // 7 million characters of three bytes each: more than a put takes.
  const large = save(spoke.memory, "あ".repeat(7_000_000));
  const small = save(spoke.memory, "small");
  await until("the small one arrives", () => recordSet(hub.memory).some((line) => line.includes(small)));
  await until(
    "the large one is told",
    () =>
      spoke.events.some((event) =>
        event.kind === "refused" && event.id === large && /is the most/.test(event.reason)
      ),
  );
  await until("only the large one waits", () => spoke.peer.status().outbox.waiting === 1);
  save(spoke.memory, "another");
  await until("another arrives", () => recordSet(hub.memory).length === 2);
  await untilEqual([hub]);
});
