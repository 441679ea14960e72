import assert from "node:assert/strict";
import { join } from "node:path";
import { recordKey, type RecordKind } from "../../lib/core/keyspace.ts";
import { MESH } from "../../lib/core/scope.ts";
import type { Home } from "../e2e/support/program.ts";
import { meshHome, setUp, start } from "../mesh/support/command.ts";
import { lives, routerTest, until } from "../mesh/support/host.ts";
import { observationOf, TEST_AUTHOR, testId } from "../support/observations.ts";
import { python } from "../support/python_package.ts";
import { livePayloads, SESSION } from "./python_host.ts";

/** Far more than is taken, and than a record is ever long. */
const OVERSIZED = 64 * 1024 * 1024;

/** What a peer may have more than before, once all is over: less than one oversized record in two copies. KiB. */
const REMAINS = 96 * 1024;

/** Whom the stranger says that it is. */
const FORGED = { ...TEST_AUTHOR, pcId: "f".repeat(32) };

/** What the stranger does: a payload in hexadecimal, so many bytes of one kind, or a DELETE. */
type Deed =
  | readonly ["put", string, string]
  | readonly ["fill", string, number]
  | readonly ["delete", string];

routerTest("what a hostile client puts is set aside on every host, and everything else goes on", async () => {
  using hub = meshHome();
  using spoke = meshHome();
  const endpoint = await setUp(hub, spoke);
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/caught up/);
  await using spokePeer = start(spoke, ["peer"]);
  await spokePeer.line(/caught up/);
  const homes = [hub, spoke];
  const erased = await save(hub, "the gannet, whose key gets a DELETE");
  const deleted = await save(hub, "the puffin, whose tombstone gets one");
  const keys = { erased: keyOf(hub, "obs", erased), deleted: keyOf(hub, "tomb", deleted) };
  for (const home of homes) await found(home, "gannet", erased);
  await hub.ok(["delete", deleted]);
  assert.match(await hub.ok(["drain", "--pending"]), /remaining=0/);
  for (const home of homes) await until("it is deleted", () => !live(home).has(deleted));
  const put = await putAt(endpoint, keys.deleted);
  const before = [hubPeer, spokePeer].map(({ pid }) => residentKiB(pid));

  const key = (n: number, author = TEST_AUTHOR) => recordKey("obs", MESH, author, testId(n));
  const hostile: readonly (readonly [Deed, RegExp])[] = [
    [["put", key(2), hex('{"content": ')], /not JSON/],
    [["put", key(3), "7bfffe7d"], /not UTF-8/],
    [["put", key(4, FORGED), hex(observationOf({ id: testId(4) }).payload)], /pc_id/],
    [["put", `mem/mesh/obs/a/b/c/d/ /${testId(5)}`, hex("{}")], /^its key is not a record's/],
    [["put", `mem/mesh/obs/-/-/-/-/-`, hex("{}")], /^its key is not a record's/],
    [["put", `mem/mesh/${"x/".repeat(200)}obs`, hex("{}")], /^its key is not a record's/],
    // The last one, since it is more than is taken of one host at once.
    [["fill", key(1), OVERSIZED], /^it is longer than/],
  ];
  // No subscription of `**` sees a chunk that begins with @, so no host has to set it aside.
  const unseen: Deed = ["put", `mem/mesh/obs/@x/b/c/d/${testId(6)}`, hex("{}")];
  const deeds = [...hostile.map(([deed]) => deed), unseen];
  const done = stranger(endpoint, [...deeds, ["delete", keys.erased], ["delete", keys.deleted]]);
  const meanwhile = await save(hub, "an ordinary heron meanwhile");
  await found(spoke, "heron", meanwhile);
  await done;
  for (const home of homes) {
    await until("all is set aside", async () => (await aside(home)).size >= hostile.length, 20_000);
    const kept = await aside(home);
    assert.deepEqual([...kept.keys()].sort(), hostile.map(([[, key]]) => key).sort());
    for (const [[, key], reason] of hostile) assert.match(kept.get(key) ?? "", reason);
    await until("the DELETE has come", () => !live(home).has(erased));
  }
  await until("the tombstone is put back", async () => {
    const again = await putAt(endpoint, keys.deleted);
    return again !== "" && again !== put;
  });

  const after = await save(spoke, "an egret afterwards");
  await found(hub, "egret", after);
  for (const home of homes) assert.deepEqual([...live(home).keys()].sort(), [meanwhile, after].sort());
  for (const [n, { pid, lines }] of [hubPeer, spokePeer].entries()) {
    assert.ok(lives(pid));
    assert.ok(!lines.some((line) => /router down|session ended/.test(line)), lines.join("\n"));
    const allowed = (before[n] ?? 0) + REMAINS;
    // The garbage collector takes its time, and runs when there is something to do.
    await until(`memory is at most ${allowed} KiB`, async () => {
      for (const home of homes) await save(home, "work for the collector ".repeat(2_000));
      return residentKiB(pid) <= allowed;
    }, 30_000);
  }
});

async function save(home: Home, content: string): Promise<string> {
  return JSON.parse(await home.ok(["save", content, "--json"])).observation_id;
}

function live(home: Home): ReadonlyMap<string, string> {
  return livePayloads(
    join(home.state, "kioku.db"),
    "SELECT id, payload FROM observation AS o WHERE state = 0 " +
      "AND NOT EXISTS (SELECT 1 FROM tombstone AS t WHERE t.id = o.id AND t.scope = o.scope)",
  );
}

function keyOf(home: Home, kind: RecordKind, id: string): string {
  const { agent_family, client_id, pc_id, session_id } = JSON.parse(live(home).get(id) ?? "{}");
  const author = { agentFamily: agent_family, clientId: client_id, pcId: pc_id, sessionId: session_id };
  return recordKey(kind, MESH, author, id);
}

async function found(home: Home, word: string, id: string): Promise<void> {
  await until(`${word} is found`, async () => (await home.ok(["search", word, "--json"])).includes(id));
}

/** Reasons by keys. */
async function aside(home: Home): Promise<Map<string, string>> {
  const records: { key: string; reason: string }[] = JSON.parse(await home.ok(["quarantine", "--json"]));
  return new Map(records.map(({ key, reason }) => [key, reason]));
}

function residentKiB(pid: number): number {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] }).outputSync();
  return Number(new TextDecoder().decode(stdout));
}

function hex(text: string): string {
  return new TextEncoder().encode(text).toHex();
}

/** A raw Zenoh client that knows nothing of ours. */
async function stranger(endpoint: string, deeds: readonly Deed[]): Promise<void> {
  const child = new Deno.Command(python(), {
    args: ["-c", STRANGER, endpoint, JSON.stringify(deeds)],
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await child.output();
  if (!success) throw new Error(`the stranger failed: ${new TextDecoder().decode(stderr)}`);
}

/** When the storages last took the value of a key; empty when they have none. */
async function putAt(endpoint: string, key: string): Promise<string> {
  const { stdout } = await new Deno.Command(python(), { args: ["-c", PUT_AT, endpoint, key], clearEnv: true })
    .output();
  return new TextDecoder().decode(stdout).trim();
}

const PUT_AT = `${SESSION}
with zenoh.open(config) as session:
    for reply in session.get(sys.argv[2], timeout=5.0):
        print(reply.ok.timestamp)
`;

const STRANGER = `${SESSION}
with zenoh.open(config) as session:
    for deed, key, *what in json.loads(sys.argv[2]):
        blocking = {"congestion_control": zenoh.CongestionControl.BLOCK}
        if deed == "delete":
            session.delete(key, **blocking)
        else:
            payload = bytes.fromhex(what[0]) if deed == "put" else b"x" * what[0]
            session.put(key, payload, **blocking)
`;
