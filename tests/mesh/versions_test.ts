import assert from "node:assert/strict";
import { freePort } from "../../lib/mesh/ports.ts";
import { recordKey } from "../../lib/core/keyspace.ts";
import { MESH } from "../../lib/core/scope.ts";
import { deleteMemory } from "../../lib/memory/delete.ts";
import { ingest } from "../../lib/memory/ingest.ts";
import { enqueue } from "../../lib/store/outbox.ts";
import { tempFolder } from "../support/folder.ts";
import { observationOf, TEST_AUTHOR, testId } from "../support/observations.ts";
import { type Home, OTHER_EXECUTABLE } from "../e2e/support/program.ts";
import { meshHome, setUp, start } from "./support/command.ts";
import { FaultHost, type PeerProgram, THIS_VERSION } from "./support/fault_host.ts";
import { routerTest, until } from "./support/host.ts";
import { save } from "./support/peers.ts";
import { laterPeer } from "./support/versions.ts";

const FORMS = ["more", "other"] as const;

for (const form of FORMS) {
  const what = form === "more" ? "says more" : "speaks a form of its own";
  routerTest(`a hub of a later version that ${what} and a spoke of this one converge`, async () => {
    using folder = tempFolder();
    await converge(laterPeer(folder, form), THIS_VERSION);
  });
  routerTest(`a hub of this version and a spoke of a later one that ${what} converge`, async () => {
    using folder = tempFolder();
    await converge(THIS_VERSION, laterPeer(folder, form));
  });
}

/** CI has no other version: an executable of it is named by hand, before a release for one. */
if (OTHER_EXECUTABLE !== undefined) {
  routerTest("a hub of the version that is named and a spoke of this one converge", async () => {
    using hub = meshHome({}, OTHER_EXECUTABLE);
    using spoke = meshHome();
    await convergeWith(hub, spoke);
  });
  routerTest("a hub of this version and a spoke of the one that is named converge", async () => {
    using hub = meshHome();
    using spoke = meshHome({}, OTHER_EXECUTABLE);
    await convergeWith(hub, spoke);
  });
}

async function convergeWith(hub: Home, spoke: Home): Promise<void> {
  await setUp(hub, spoke);
  const homes = [hub, spoke];
  const save = (home: Home, text: string) => home.ok(["save", text, "--json"]);
  for (const home of homes) await save(home, `before ${home === hub ? "hub" : "spoke"}`);
  const gone = JSON.parse(await save(spoke, "before, to be deleted")).observation_id;
  await using hubPeer = start(hub, ["peer"]);
  await using spokePeer = start(spoke, ["peer"]);
  await Promise.all([hubPeer.line(/caught up/), spokePeer.line(/caught up/)]);
  const has = async (home: Home, text: string) => (await home.ok(["search", text, "--json"])).includes(text);
  const everywhere = (text: string) =>
    until(
      `${text} is everywhere`,
      async () => (await Promise.all(homes.map((each) => has(each, text)))).every(Boolean),
    );
  await everywhere("before hub");
  await everywhere("before spoke");
  await everywhere("to be deleted");
  await hub.ok(["delete", gone]);
  for (const home of homes) await save(home, `after ${home === hub ? "hub" : "spoke"}`);
  await everywhere("after hub");
  await everywhere("after spoke");
  await until("the deletion is everywhere", async () => !await has(spoke, "to be deleted"));
  for (const { lines } of [hubPeer, spokePeer]) assert.doesNotMatch(lines.join("\n"), /cannot|set aside/i);
}

// What is there before the peers meet goes by their comparison, what comes later by their subscriptions.
async function converge(hubProgram: PeerProgram, spokeProgram: PeerProgram): Promise<void> {
  const port = freePort();
  await using hub = new FaultHost("hub", String(port), "-", 0, hubProgram);
  await using spoke = new FaultHost("spoke", "-", `tcp/127.0.0.1:${port}`, 0, spokeProgram);
  const hosts = [hub, spoke];
  const gone = hosts.map((host) => {
    for (let n = 0; n < 20; n++) save(host.memory, `${host.role} ${n}: before they met`);
    saveUnknownMember(host, host === hub ? 1 : 2);
    const id = save(host.memory, "to be deleted");
    deleteMemory(host.memory, id, "");
    return id;
  });
  for (const host of hosts) host.start();
  await equal(hosts, 42, "what was there before");
  for (const host of hosts) save(host.memory, `${host.role}: after they met`);
  await equal(hosts, 44, "what came later");
  for (const host of hosts) {
    for (const id of gone) assert.notEqual(host.stateOf(id), "live");
    for (const n of [1, 2]) assert.equal(payloadOf(host, testId(n)), UNKNOWN(n));
    assert.doesNotMatch(host.log, /"kind":"(trouble|quarantined)"/);
  }
}

async function equal(hosts: readonly FaultHost[], memories: number, what: string): Promise<void> {
  await until(
    `${what} is everywhere`,
    () => {
      const sets = hosts.map(({ records }) => records.join());
      return sets.every((set) => set === sets[0]) &&
        hosts.every(({ records }) => records.filter((line) => line.startsWith("o")).length === memories);
    },
    20_000,
  ).catch((error) => {
    const told = hosts.map(({ role, records, log }) => `${role}: ${records.length} records\n${log}`);
    throw new Error(`${error.message}\n${told.join("\n")}`);
  });
}

const UNKNOWN = (n: number) =>
  observationOf({ id: testId(n) }).payload.replace("{", '{"certainty": {"of": [1, "x"]}, ');

function saveUnknownMember({ memory }: FaultHost, n: number): void {
  const key = recordKey("obs", MESH, TEST_AUTHOR, testId(n));
  memory.store.write(() => {
    const how = { now: memory.clock(), republish: false };
    assert.equal(ingest(memory.store, { key, payload: UNKNOWN(n) }, how), "added");
    enqueue(memory.store, "observation", testId(n), "mesh", memory.clock());
  });
}

function payloadOf({ memory }: FaultHost, id: string): unknown {
  return memory.store.get("SELECT payload FROM observation WHERE id = ?", [id], (row) => row.payload);
}
