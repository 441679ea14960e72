import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { COMMANDS } from "../../lib/cli/table.ts";
import { type Home, newHome } from "./support/program.ts";

interface Found {
  readonly name: string;
  readonly status: string;
  readonly summary: string;
  readonly hint: string | null;
  readonly fixable: boolean;
}

async function doctor(
  home: Home,
  ...options: string[]
): Promise<{ code: number; checks: Found[]; stderr: string }> {
  const { code, stdout, stderr } = await home.run(["doctor", "--json", ...options]);
  const result = JSON.parse(stdout);
  const worst = result.checks.some(({ status }: Found) => status === "fail")
    ? "fail"
    : result.checks.some(({ status }: Found) => status === "warn")
    ? "warn"
    : "pass";
  assert.deepEqual([result.worst_status, result.ok], [worst, worst === "pass"]);
  assert.equal(code, { pass: 0, warn: 1, fail: 2 }[worst]);
  for (const { hint } of result.checks) {
    const [, words = ""] = /^kioku-mesh ([a-z -]+)/.exec(hint ?? "") ?? [];
    if (words !== "") {
      assert.ok(COMMANDS.some(({ name }) => words.startsWith(name)), `there is no command for: ${hint}`);
    }
  }
  return { code, checks: result.checks, stderr };
}

const bad = (checks: readonly Found[]) =>
  checks.filter(({ status }) => status !== "pass").map(({ name, status }) => `${name}: ${status}`);
const of = (checks: readonly Found[], name: string) => {
  const found = checks.find((check) => check.name === name);
  assert.ok(found, `no check ${name}`);
  return found;
};

Deno.test("a healthy host with nothing but a local memory is all green", async () => {
  using home = newHome();
  assert.deepEqual(bad((await doctor(home)).checks), [], "on a host that never saved anything");
  Deno.mkdirSync(home.at(".cursor"));
  for (let n = 0; n < 12; n++) {
    await home.ok(["save", `memory ${n}`], { env: { KIOKU_MESH_AGENT_FAMILY: "claude" } });
  }
  await home.ok(["mcp", "install", "--yes", "--no-habits"]);
  const { code, checks, stderr } = await doctor(home);
  assert.deepEqual([code, bad(checks), stderr], [0, [], ""]);
  assert.match(of(checks, "database").summary, /sound; 12 memories/);
  assert.match(of(checks, "cursor").summary, /kioku_mesh \(user\) starts and answers/);
  assert.deepEqual(
    checks.filter(({ name }) => ["peer", "router", "outbox", "certificates"].includes(name)),
    [],
  );
  const text = await home.ok(["doctor"]);
  assert.match(text, /^\[PASS\] configuration — mode local[^]*\n\nverdict: all checks passed\n$/);
});

Deno.test("what others can read is seen and closed", { ignore: Deno.build.os === "windows" }, async () => {
  using home = newHome();
  await home.ok(["save", "x"]);
  Deno.chmodSync(home.state, 0o755);
  const { checks, code } = await doctor(home);
  assert.deepEqual([code, bad(checks)], [1, ["permissions: warn"]]);
  assert.equal(of(checks, "permissions").hint, `chmod 700 ${home.state}`);
  assert.deepEqual(bad((await doctor(home, "--fix")).checks), []);
  assert.equal((Deno.statSync(home.state).mode ?? 0) & 0o777, 0o700);
});

Deno.test("an index that lacks memories is seen and made anew", async () => {
  using home = newHome();
  await home.ok(["save", "the unmistakable narwhal"]);
  {
    using database = open(home);
    database.db.exec("DELETE FROM search_index WHERE rowid > 0");
  }
  const { checks } = await doctor(home);
  assert.match(of(checks, "search index").summary, /1 memories are not in it/);
  assert.equal(of(checks, "search index").hint, "kioku-mesh reindex");
  const fixed = await doctor(home, "--fix");
  assert.deepEqual(bad(fixed.checks), []);
  assert.match(fixed.stderr, /search index made anew: 1 memories/);
  assert.match(await home.ok(["search", "narwhal"]), /narwhal/);
});

Deno.test("a damaged database is a finding, not an error, and --fix keeps what can be read", async () => {
  using home = newHome();
  for (let n = 0; n < 5; n++) await home.ok(["save", `memory ${n}`]);
  const path = join(home.state, "kioku.db");
  {
    using database = open(home);
    database.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  const bytes = Deno.readFileSync(path);
  bytes.fill(0x5a, 0, 60);
  Deno.writeFileSync(path, bytes);
  const { code, checks } = await doctor(home);
  assert.deepEqual([code, bad(checks)], [2, ["database: fail"]]);
  assert.equal(of(checks, "database").hint, "kioku-mesh salvage");
  assert.deepEqual(Deno.readFileSync(path), bytes, "looking changed it");
  const fixed = await doctor(home, "--fix");
  assert.match(fixed.stderr, /fix: database: 5 memories kept/);
  assert.deepEqual(bad(fixed.checks), []);
  assert.match(await home.ok(["status"]), /^observations_live: 5$/m);
});

Deno.test("a host that the Python version set up, and files that cannot be read, are named", async () => {
  using home = newHome();
  Deno.mkdirSync(home.config, { recursive: true });
  Deno.writeTextFileSync(join(home.config, "zenohd.json5"), "{}");
  const { checks } = await doctor(home);
  assert.match(of(checks, "configuration").hint ?? "", /^kioku-mesh init --adopt/);
  Deno.writeTextFileSync(join(home.config, "config.yaml"), "mode: sideways\n");
  const refused = await doctor(home);
  assert.equal(refused.code, 2);
  assert.match(of(refused.checks, "opening").summary, /config\.yaml.*sideways/);
});

Deno.test("agents whose registration does not start, or is the Python version's, are seen and registered anew", async () => {
  using home = newHome();
  const servers = {
    a: { kioku_mesh: { command: home.at("gone", "kioku-mesh"), args: ["mcp", "serve"], env: { MINE: "1" } } },
    b: { kioku_mesh: { command: "/opt/kioku-mesh-mcp", env: { MESH_MEM_AGENT_FAMILY: "claude" } } },
    c: { "kioku-mesh": { command: "uvx", args: ["kioku-mesh-mcp"] } },
  };
  Deno.mkdirSync(home.at(".cursor"));
  Deno.mkdirSync(home.at(".gemini"));
  Deno.writeTextFileSync(home.at(".cursor", "mcp.json"), JSON.stringify({ mcpServers: servers.a }));
  Deno.writeTextFileSync(home.at(".claude.json"), JSON.stringify({ mcpServers: servers.b }));
  Deno.writeTextFileSync(home.at(".gemini", "settings.json"), JSON.stringify({ mcpServers: servers.c }));
  const { checks } = await doctor(home);
  assert.deepEqual(bad(checks), ["claude-code: fail", "gemini-cli: warn", "cursor: fail"]);
  assert.match(of(checks, "claude-code").hint ?? "", /--repair/);
  assert.match(of(checks, "cursor").summary, /gone\/kioku-mesh is not there/);
  await doctor(home, "--fix");
  const after = await doctor(home, "--fix");
  assert.deepEqual(bad(after.checks), []);
  const cursor = JSON.parse(Deno.readTextFileSync(home.at(".cursor", "mcp.json"))).mcpServers.kioku_mesh;
  assert.deepEqual([cursor.env.MINE, cursor.args.slice(-2)], ["1", ["mcp", "serve"]]);
  await home.ok(["mcp", "rollback", "--client", "cursor", "--yes"]);
  assert.deepEqual(JSON.parse(Deno.readTextFileSync(home.at(".cursor", "mcp.json"))).mcpServers, servers.a);
});

Deno.test("memories of no known agent, or from the future, are seen", async () => {
  using home = newHome();
  for (let n = 0; n < 10; n++) await home.ok(["save", `memory ${n}`]);
  assert.deepEqual(bad((await doctor(home)).checks), ["authors: warn"]);
  {
    using database = open(home);
    database.db.exec("UPDATE observation SET created_at = created_at + 3600000000 WHERE row = 3");
  }
  const { checks } = await doctor(home);
  assert.deepEqual(bad(checks), ["clocks: warn", "authors: warn"]);
  assert.match(of(checks, "clocks").summary, /this host has a memory of .*Z, which is still to come/);
});

Deno.test("in a mesh, the peer, what waits and when the mesh was compared are looked at", async () => {
  using home = newHome();
  await home.ok(["init", "--mode", "hub"]);
  await home.ok(["save", "x"]);
  const { checks } = await doctor(home);
  assert.match(of(checks, "peer").summary, /none runs, so nothing is shared; 1 records wait/);
  assert.match(of(checks, "peer").hint ?? "", /^kioku-mesh peer/);
  assert.equal(of(checks, "comparison").status, "warn");
  for (const name of ["router", "outbox", "versions"]) of(checks, name);
});

Deno.test("a certificate that is good and one that is missing are told apart", async () => {
  using home = newHome();
  await home.ok(["tls", "init-ca"]);
  await home.ok(["init", "--mode", "hub", "--listen", "192.0.2.1", "--tls"]).catch(() => "");
  const block = await home.ok(["tls", "request", "--san", "192.0.2.1"]);
  const signed = await home.ok(["tls", "sign", "--days", "3", "--yes"], { stdin: block });
  await home.ok(["tls", "install"], { stdin: signed });
  await home.ok(["init", "--mode", "hub", "--listen", "192.0.2.1", "--tls", "--force"]);
  const { checks } = await doctor(home);
  assert.match(of(checks, "certificates").summary, /^valid for [23] days$/);
  Deno.removeSync(join(home.config, "tls", "peer.crt"));
  const without = await doctor(home);
  assert.equal(of(without.checks, "certificates").status, "fail");
});

function open(home: Home): { db: DatabaseSync } & Disposable {
  const db = new DatabaseSync(join(home.state, "kioku.db"));
  return { db, [Symbol.dispose]: () => db.close() };
}
