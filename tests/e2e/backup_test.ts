import assert from "node:assert/strict";
import { join } from "node:path";
import { startSession } from "../faults/session.ts";
import { integrity, rowsOf } from "../support/database.ts";
import { type Home, newHome } from "./support/program.ts";

/** What `restore --json` says. */
interface Restored {
  readonly memories: number;
  readonly host_id: string;
  readonly new_host_id: boolean;
  readonly set_aside: string | null;
  readonly written: readonly string[];
  readonly kept: readonly string[];
  readonly left_out: readonly string[];
}

async function hostId(home: Home): Promise<string> {
  return JSON.parse(await home.ok(["status", "--json"])).pc_id;
}

async function restored(home: Home, args: readonly string[]): Promise<Restored> {
  return JSON.parse(await home.ok(["restore", ...args, "--json"]));
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** Gives the home a configuration with certificates, an authority and their keys; what is in them does not matter here. */
function configure(home: Home): void {
  Deno.mkdirSync(join(home.config, "tls"), { recursive: true });
  Deno.writeTextFileSync(join(home.config, "config.yaml"), "backend: local\nuser_id: alice\n");
  for (
    const name of ["ca.crt", "ca.key", "ledger.jsonl", "peer.crt", "peer.key", "peer.next.key", "notes.txt"]
  ) {
    Deno.writeTextFileSync(join(home.config, "tls", name), `this is ${name}`);
  }
}

async function tar(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("tar", { args: [...args] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("a backup made while three agents save holds everything that was acknowledged before it began", async () => {
  using home = newHome();
  await home.ok(["save", "the first"]);
  let over = false;
  const acknowledged = new Set<string>();
  const agents = Array.from({ length: 3 }, async (_, agent) => {
    const session = await startSession(home);
    for (let n = 0; !over; n++) {
      const content = `by ${agent}, number ${n} ${"x".repeat(n % 700)}`;
      const answer = await session.call("save_observation", { content, subject: `s${n}`, summary: "s" });
      assert.equal(answer?.isError, false, answer?.text);
      acknowledged.add(String(answer?.structure.observation_id));
    }
    assert.equal(await session.end(), 0);
  });
  const rounds: { file: string; before: string[] }[] = [];
  try {
    for (let round = 0; round < 4; round++) {
      const least = acknowledged.size + 20;
      const deadline = Date.now() + 30_000;
      while (acknowledged.size < least) {
        assert.ok(Date.now() < deadline, "the agents do not save");
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const file = home.at(`${round}.tar.gz`);
      const before = [...acknowledged];
      await home.ok(["backup", file]);
      rounds.push({ file, before });
    }
  } finally {
    over = true;
    await Promise.all(agents);
  }
  assert.deepEqual(namesIn(home.state).filter((name) => name.startsWith("backup-")), []);
  for (const [round, { file, before }] of rounds.entries()) {
    const state = home.at(`restored-${round}`);
    await home.ok(["restore", file], { env: { KIOKU_MESH_STATE_DIR: state } });
    const ids = new Set(
      rowsOf(join(state, "kioku.db"), "SELECT id FROM observation").map(([id]) => String(id)),
    );
    assert.deepEqual(before.filter((id) => !ids.has(id)), [], `round ${round}`);
    assert.deepEqual(integrity(join(state, "kioku.db")), ["ok"], `round ${round}`);
    const env = { KIOKU_MESH_STATE_DIR: state };
    assert.match(await home.ok(["search", "first"], { env }), /the first/);
  }
});

Deno.test("a backup is its owner's, holds what it says and no keys, and any tar opens it", async () => {
  using home = newHome();
  configure(home);
  await home.ok(["save", "a memory"]);
  const file = home.at("all.tar.gz");
  const said = await home.ok(["backup", file]);
  const names = [
    "manifest.json",
    "state/kioku.db",
    "state/pc_id",
    "config/config.yaml",
    "config/tls/ca.crt",
    "config/tls/ledger.jsonl",
    "config/tls/peer.crt",
  ];
  assert.deepEqual((await tar(["-tzf", file])).trim().split("\n"), names);
  for (const name of names.slice(1)) assert.match(said, new RegExp(`^ {2}${name} {2}\\d+ bytes$`, "m"));
  if (Deno.build.os !== "windows") assert.equal((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
  const keys = home.at("keys.tar.gz");
  const noted = await home.run(["backup", keys, "--with-keys"]);
  assert.match(noted.stderr, /It holds private keys/);
  assert.deepEqual(
    (await tar(["-tzf", keys])).trim().split("\n").filter((name) => name.endsWith(".key")),
    ["config/tls/ca.key", "config/tls/peer.key"],
  );
  const again = await home.run(["backup", file]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /it is there already/);
  assert.ok(Deno.statSync(file).size > 0, "it is still there");
  const nowhere = await home.run(["backup", home.at("no", "such", "folder.tar.gz")]);
  assert.equal(nowhere.code, 1);
  assert.deepEqual(namesIn(home.state).filter((name) => name.startsWith("backup-")), []);
});

Deno.test("a new machine takes everything but the old one's identity; the same host keeps it when told", async () => {
  using old = newHome();
  configure(old);
  await old.ok(["save", "a memory"]);
  await old.ok(["delete", JSON.parse(await old.ok(["save", "gone", "--json"])).observation_id]);
  const file = old.at("all.tar.gz");
  await old.ok(["backup", file, "--with-keys"]);
  using machine = newHome();
  const moved = await restored(machine, [file]);
  assert.equal(moved.memories, 1);
  assert.equal(moved.new_host_id, true);
  assert.equal(await hostId(machine), moved.host_id);
  assert.notEqual(await hostId(machine), await hostId(old));
  assert.deepEqual(namesIn(join(machine.config, "tls")), ["ca.crt", "ca.key", "ledger.jsonl"]);
  assert.deepEqual(moved.left_out, ["config/tls/peer.crt", "config/tls/peer.key"]);
  assert.equal(Deno.readTextFileSync(join(machine.config, "tls", "ca.key")), "this is ca.key");
  assert.match(await machine.ok(["search", "memory"]), /a memory/);
  using other = newHome();
  assert.notEqual((await restored(other, [file])).host_id, moved.host_id, "two machines never share an id");
  using same = newHome();
  Deno.mkdirSync(same.config, { recursive: true });
  Deno.writeTextFileSync(join(same.config, "config.yaml"), "user_id: bob\n");
  const back = await restored(same, [file, "--same-host"]);
  assert.deepEqual([back.host_id, back.new_host_id], [await hostId(old), false]);
  assert.equal(await hostId(same), await hostId(old));
  assert.deepEqual(back.kept, [join(same.config, "config.yaml")]);
  assert.equal(Deno.readTextFileSync(join(same.config, "config.yaml")), "user_id: bob\n");
  assert.ok(namesIn(join(same.config, "tls")).includes("peer.key"));
  if (Deno.build.os !== "windows") {
    assert.equal((Deno.statSync(same.state).mode ?? 0) & 0o777, 0o700);
    for (const path of [join(same.state, "kioku.db"), join(same.config, "tls", "peer.key")]) {
      assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600, path);
    }
  }
});

Deno.test("restore takes no other memory's place unless told, then sets it aside, but not while it is in use", async () => {
  using home = newHome();
  await home.ok(["save", "backed up"]);
  const file = home.at("all.tar.gz");
  await home.ok(["backup", file]);
  await home.ok(["save", "newer"]);
  const refused = await home.run(["restore", file]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /Add --force/);
  const session = await startSession(home);
  const inUse = await home.run(["restore", file, "--force"]);
  await session.end();
  assert.equal(inUse.code, 1);
  assert.match(inUse.stderr, /another process uses the database/);
  assert.match(await home.ok(["search", "newer"]), /newer/);
  const { set_aside: aside } = await restored(home, [file, "--force"]);
  assert.equal(await home.ok(["search", "newer"]), "No matching memories.\n");
  assert.match(await home.ok(["search", "backed"]), /backed up/);
  const env = { KIOKU_MESH_STATE_DIR: aside ?? "" };
  assert.match(await home.ok(["search", "newer"], { env }), /newer/);
  assert.deepEqual(namesIn(home.path).filter((name) => name.includes("restoring")), []);
});

Deno.test("a backup that is damaged, cut short, not ours or changed is refused, and nothing is changed", async () => {
  using home = newHome();
  await home.ok(["save", "backed up"]);
  const file = home.at("all.tar.gz");
  await home.ok(["backup", file]);
  const bytes = Deno.readFileSync(file);
  const folder = home.at("unpacked");
  Deno.mkdirSync(folder);
  await tar(["-xzf", file, "-C", folder]);
  const members = ["manifest.json", "state/kioku.db", "state/pc_id"];
  const pack = async (name: string, order: readonly string[] = members) => {
    await tar(["--format=ustar", "-czf", home.at(name), "-C", folder, ...order]);
  };
  const manifest = Deno.readTextFileSync(join(folder, "manifest.json"));
  const database = Deno.readFileSync(join(folder, "state", "kioku.db"));
  Deno.writeFileSync(home.at("cut"), bytes.subarray(0, bytes.length / 2));
  Deno.writeTextFileSync(home.at("text"), "no archive");
  Deno.writeTextFileSync(home.at("outside"), "x");
  await pack("sound");
  await pack("order", ["state/kioku.db", "manifest.json", "state/pc_id"]);
  await pack("missing", members.slice(0, 2));
  await pack("more", [...members, "../outside"]);
  Deno.writeTextFileSync(join(folder, "manifest.json"), manifest.replaceAll("state/pc_id", "../../evil"));
  await pack("evil");
  Deno.writeTextFileSync(join(folder, "manifest.json"), manifest.replace('"form": 1', '"form": 2'));
  await pack("newer");
  Deno.writeTextFileSync(join(folder, "manifest.json"), manifest);
  const changed = database.slice();
  changed[database.length - 50] = ((changed[database.length - 50] ?? 0) + 1) % 256;
  Deno.writeFileSync(join(folder, "state", "kioku.db"), changed);
  await pack("changed");
  const reasons: readonly (readonly [name: string, reason: RegExp])[] = [
    ["cut", /Cannot restore/],
    ["text", /Cannot restore/],
    ["order", /no backup of this program/],
    ["missing", /state\/pc_id is missing in it/],
    ["more", /more than its manifest|else than files|no archive/],
    ["evil", /does not belong there/],
    ["newer", /newer version/],
    ["changed", /state\/kioku\.db in it is damaged/],
    ["nowhere", /there is no such file/],
  ];
  const env = { KIOKU_MESH_STATE_DIR: home.at("new") };
  const before = namesIn(home.path);
  for (const [name, reason] of reasons) {
    const { code, stderr } = await home.run(["restore", home.at(name)], { env });
    assert.equal(code, 1, `${name}: ${stderr}`);
    assert.match(stderr, reason, name);
    assert.match(stderr, /^error: Cannot [^\n]+\n$/, name);
    assert.deepEqual(namesIn(home.path), before, name);
  }
  await home.ok(["restore", home.at("sound")], { env });
  assert.match(await home.ok(["search", "backed"], { env }), /backed up/);
});
