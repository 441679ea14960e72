import assert from "node:assert/strict";
import { VERSION } from "../../lib/core/version.ts";
import { type Home, newHome } from "./support/program.ts";

Deno.test("the first five minutes: save, search and status work at once, without init", async () => {
  using home = newHome();
  const saved = await home.ok(["save", "Postgres for analytics. MySQL was too slow."]);
  assert.match(saved, /^saved: [0-9a-f]{32} \(visibility=mesh\)\n$/);
  const found = await home.ok(["search", "postgres"]);
  assert.match(
    found,
    /^\[note\]\[2\] \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d Postgres for analytics\. MySQL was too slow\.\n/,
  );
  assert.match(found, /\nPostgres for analytics\. <id=[0-9a-f]{32}>\n$/);
  const status = await home.ok(["status"]);
  assert.match(status, /^kioku-mesh version: /);
  assert.match(status, /^backend: local$/m);
  assert.match(status, /^observations_live: 1$/m);
  if (Deno.build.os !== "windows") {
    assert.equal((Deno.statSync(home.state).mode ?? 0) & 0o777, 0o700);
    for (const { name } of Deno.readDirSync(home.state)) {
      assert.equal((Deno.statSync(`${home.state}/${name}`).mode ?? 0) & 0o777, 0o600, name);
    }
  }
});

Deno.test("version and help answer on standard output", async () => {
  using home = newHome();
  assert.equal(await home.ok(["--version"]), `kioku-mesh ${VERSION}\n`);
  const help = await home.ok(["--help"]);
  for (const name of ["save", "search", "get", "delete", "status", "gc", "mcp"]) {
    assert.match(help, new RegExp(`^  ${name} `, "m"));
  }
  const names = [...help.matchAll(/^ {2}([a-z][a-z-]*(?: [a-z]+)?) {2,}/gm)].map(([, name = ""]) => name);
  assert.ok(names.length > 20);
  for (const name of [...names, "engine"]) {
    assert.ok((await home.ok([...name.split(" "), "--help"])).startsWith(`Usage: kioku-mesh ${name} `), name);
  }
  assert.match(await home.ok(["help", "save"]), /^Usage: kioku-mesh save/);
});

Deno.test("wrong use is exit code 2, one line on standard error, and changes nothing", async () => {
  using home = newHome();
  const wrong = [
    ["bogus"],
    ["save"],
    ["save", ""],
    ["save", "x", "--bogus"],
    ["save", "x", "--memory-type", "idea"],
    ["save", "x", "--importance", "9"],
    ["save", "x", "--importance", "high"],
    ["save", "x", "--visibility", "world"],
    ["save", "x", "--visibility", "user"],
    ["save", "x", "--ttl", "-5"],
    ["save", "x", "--ttl", "1h", "--expires-at", "2099-01-01"],
    ["save", "x", "--expires-at", "2020-01-01"],
    ["save", "x", "--expires-at", "2099-02-30"],
    ["save", "x", "--supersedes", "zz"],
    ["search", "x", "--since", "banana"],
    ["search", "x", "--search-mode", "xor"],
    ["search", "x", "--limit", "many"],
    ["search", "x", "--format", "xml"],
    ["search", "x", "--cursor", "nonsense"],
    ["get", "abc"],
    ["delete"],
    ["delete", "12345678", "--dry-run"],
    ["delete", "12345678", "--project", "x"],
    ["delete", "--until", "tomorrowish"],
    ["drain"],
    ["drain", "--pending", "--limit", "0"],
    ["gc", "--retention-days", "-5"],
    ["gc", "--force-id", "1234"],
    ["init", "--mode", "localhost"],
    ["init", "--mode", "bogus"],
    ["init", "--tls"],
    ["zenohd", "install"],
    ["config", "render-storages"],
    ["secrets", "allow"],
    ["mcp", "bogus"],
  ];
  for (const args of wrong) {
    const { code, stdout, stderr } = await home.run(args);
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.equal(stdout, "", args.join(" "));
    assert.match(stderr, /^error: Cannot [^\n]+\n$/, args.join(" "));
  }
  assert.match(await home.ok(["status"]), /^observations_live: 0$/m);
});

Deno.test("what is not there is exit code 1", async () => {
  using home = newHome();
  for (
    const args of [["get", "0123456789abcdef"], ["delete", "0123456789abcdef0123456789abcdef"], [
      "secrets",
      "allow",
      "01234567",
    ]]
  ) {
    const { code, stderr } = await home.run(args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^error: Cannot find a memory [^\n]+\n$/);
  }
});

Deno.test("every field of a memory comes back", async () => {
  using home = newHome({
    KIOKU_MESH_USER_ID: "alice",
    KIOKU_MESH_AGENT_FAMILY: "claude",
    KIOKU_MESH_CLIENT_ID: "cc/1",
  });
  const older = await save(home, ["an older one"]);
  const id = await save(home, [
    "first line\nsecond line",
    ...[
      "--sub",
      "the subject",
      "--summary=the summary",
      "-pdemo",
      "--tags",
      " a, b ,,c",
      "--memory-type",
      "decision",
    ],
    ...["--importance", "5", "--visibility", "user", "--source-files", "src/a.ts", "--references", "#1,#2"],
    ...["--supersedes", older.slice(0, 8), "--ttl", "30d"],
  ]);
  const shown = await home.ok(["get", id.slice(0, 10)]);
  for (
    const line of [
      `id: ${id}`,
      "memory_type: decision",
      "importance: 5",
      "project: demo",
      "subject: the subject",
      "summary: the summary",
      "agent: claude/cc-1",
      "visibility: user/alice",
      "tags: a, b, c",
      "source_files: src/a.ts",
      "references: #1, #2",
      `supersedes: ${older}`,
      "state: live",
    ]
  ) assert.ok(shown.includes(`${line}\n`), `${line}\n---\n${shown}`);
  assert.ok(shown.endsWith("---\nfirst line\nsecond line\n"));
  const { memory } = JSON.parse(await home.ok(["get-memory", id, "--json"]));
  assert.equal(memory.observation_id, id);
  assert.equal(memory.visibility, "user");
  assert.equal(memory.scope_id, "alice");
});

Deno.test("standard input is saved as it is, and text that is not UTF-8 is refused", async () => {
  using home = newHome();
  const text = "見出し\n\n  indented\n";
  const id = (await home.ok(["save", "-"], { stdin: text })).slice(7, 39);
  const { memory } = JSON.parse(await home.ok(["get", id, "--json"]));
  assert.equal(memory.content, text.slice(0, -1));
  assert.equal(memory.subject, "見出し");
  const bad = await home.run(["save", "-"], { stdin: new Uint8Array([0xff, 0xfe, 0x00]) });
  assert.equal(bad.code, 2);
  assert.match(bad.stderr, /not UTF-8/);
});

Deno.test("a newer decision hides the one that it supersedes, and candidates are named", async () => {
  using home = newHome();
  const about = ["--memory-type", "decision", "--subject", "Database", "-p", "demo"];
  const first = await save(home, ["Use MySQL.", ...about]);
  const named = await home.ok(["save", "Use Postgres.", ...about]);
  assert.match(named, /supersede candidates \(1 live entry with the same subject\/type\):/);
  assert.ok(named.includes(first));
  const second = named.slice(7, 39);
  await save(home, ["Use SQLite.", ...about, "--supersedes", `${first},${second}`]);
  const found = await ids(home, ["search", "database"]);
  assert.equal(found.length, 1);
  assert.equal((await ids(home, ["search", "database", "--include-superseded"])).length, 3);
  assert.match(await home.ok(["get", first]), /^state: superseded$/m);
});

Deno.test("a deleted memory is gone from search and says so to get", async () => {
  using home = newHome();
  const id = await save(home, ["to be deleted"]);
  assert.equal(
    await home.ok(["delete", id.slice(0, 8), "--reason", "wrong"]),
    `deleted (tombstone): ${id}\n`,
  );
  assert.equal(await home.ok(["delete", id]), `deleted (tombstone): ${id}\n`);
  assert.equal(await home.ok(["search", "deleted"]), "No matching memories.\n");
  const hidden = await home.run(["get", id]);
  assert.equal(hidden.code, 1);
  assert.match(hidden.stderr, /it is tombstoned/);
  assert.match(await home.ok(["get", id, "--include-hidden"]), /^state: tombstoned$/m);
});

Deno.test("bulk deletion counts first, asks a person, and takes what the selectors name", async () => {
  using home = newHome();
  for (const project of ["a", "a", "b"]) await save(home, [`in ${project}`, "-p", project]);
  const dry = await home.run(["delete", "-p", "a", "--dry-run"]);
  assert.equal(dry.code, 0);
  assert.match(dry.stderr, /^bulk delete target: 2 entries \(project='a'\)$/m);
  assert.equal(dry.stdout, "Dry run — pass --yes to actually delete.\n");
  assert.equal((await home.run(["delete", "-p", "a"])).code, 2);
  assert.equal(
    await home.ok(["delete", "-p", "a", "--yes", "--batch-size", "1"]),
    "deleted (tombstone): 2 entries\n",
  );
  assert.equal(
    await home.ok(["delete", "-p", "a", "--yes"]),
    "no targets — no observations matched the selector.\n",
  );
  assert.equal((await ids(home, ["search"])).length, 1);
});

Deno.test("filters: project, tags, kind, agent, host, time, scope", async () => {
  using home = newHome({ KIOKU_MESH_TEAM_ID: "acme" });
  const a = await save(home, ["alpha word", "-p", "one", "-t", "x,y", "--memory-type", "bug"]);
  const b = await save(home, ["beta word", "-p", "two", "-t", "x", "--visibility", "team"], {
    KIOKU_MESH_AGENT_FAMILY: "codex",
  });
  const finds = async (args: string[], expected: string[]) =>
    assert.deepEqual((await ids(home, ["search", ...args])).sort(), expected.sort(), args.join(" "));
  await finds(["word", "-p", "one"], [a]);
  await finds(["word", "--tags", "x"], [a, b]);
  await finds(["word", "--tags", "x,y"], [a]);
  await finds(["word", "--memory-type", "bug,decision"], [a]);
  await finds(["word", "--agent-family", "codex"], [b]);
  await finds(["word", "--scope", "team/acme"], [b]);
  await finds(["word", "--since", "1h"], [a, b]);
  await finds(["word", "--until", "2020-01-01"], []);
  await finds(["word", "--pc-id", "0".repeat(32)], []);
  await finds(["project:two"], [b]);
  await finds(["word", "tag:y"], [a]);
  await finds(["word -beta"], [a]);
});

Deno.test("other users' and teams' memories are not read", async () => {
  using home = newHome();
  await save(home, ["a private note", "--visibility", "user"], { KIOKU_MESH_USER_ID: "alice" });
  assert.equal(await home.ok(["search", "private"]), "No matching memories.\n");
  assert.equal((await ids(home, ["search", "private"], { KIOKU_MESH_USER_ID: "alice" })).length, 1);
});

Deno.test("a secret is refused by rule and place, never repeated, and can be allowed", async () => {
  using home = newHome();
  const secret = ["gh", "p_", "x7Kq0ZrT9mWc3vLb8", "NyPa1dHs5GfUj2eRo4i"].join("");
  const refused = await home.run(["save", `the token is ${secret}`]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /rule [a-z0-9-]+, line 1, column 14/);
  assert.ok(!refused.stderr.includes(secret));
  await home.ok(["save", `the token is ${secret}`, "--allow-secret"]);
});

Deno.test("expired memories are gone, and gc-observations shows and takes them", async () => {
  using home = newHome();
  const id = await save(home, ["short-lived", "--ttl", "1"]);
  const deadline = Date.now() + 10_000;
  while ((await ids(home, ["search", "lived"])).length > 0) {
    assert.ok(Date.now() < deadline, "it never expired");
  }
  const dry = await home.ok(["gc-observations"]);
  assert.match(dry, /^expired TTL \(live → tombstone\): 1$/m);
  assert.ok(dry.includes(id));
  assert.match(dry, /^Dry run — pass --execute to tombstone \/ delete the entries above\.$/m);
  assert.equal((await home.run(["gc-observations", "--execute"])).code, 2);
  assert.match(
    await home.ok(["gc-observations", "--execute", "--yes"]),
    /^tombstoned 1 expired-TTL observations;/m,
  );
  assert.match(
    await home.ok(["gc", "--retention-days", "0"]),
    /^retention 0-day sweep: physically deleted 1 tombstones /m,
  );
  assert.equal((await home.run(["get", id, "--include-hidden"])).code, 1);
});

Deno.test("gc --force-id erases the content from the files", async () => {
  using home = newHome();
  const id = await save(home, ["Kryptonlampe is the codeword"]);
  assert.equal(await home.ok(["gc", "--force-id", id]), `physically deleted (obs, tomb): ${id}\n`);
  assert.equal(
    await home.ok(["gc", "--force-id", id]),
    `observation_id ${id} not present on this replica.\n`,
  );
  for (const { name } of Deno.readDirSync(home.state)) {
    const text = new TextDecoder("latin1").decode(Deno.readFileSync(`${home.state}/${name}`)).toLowerCase();
    assert.ok(!text.includes("kryptonlamp"), name);
  }
});

Deno.test("backfill completes imported memories under this host's identity", async () => {
  using home = newHome();
  Deno.mkdirSync(home.at("state", "local"), { recursive: true });
  assert.match(await home.ok(["backfill-metadata"]), /^planned: 0$/m);
});

Deno.test("JSON everywhere: one document on standard output", async () => {
  using home = newHome();
  const id = JSON.parse(await home.ok(["save", "json", "--json"])).observation_id;
  const commands = [
    ["search", "json", "--json"],
    ["search", "json", "--format", "json"],
    ["get", id, "--json"],
    ["status", "--json"],
    ["gc", "--json"],
    ["gc-observations", "--json"],
    ["backfill-metadata", "--json"],
    ["drain", "--pending", "--json"],
    ["quarantine", "--json"],
    ["secrets", "--json"],
    ["import", "--json"],
    ["reindex", "--json"],
    ["init", "--json"],
    ["delete", id, "--json"],
  ];
  for (const args of commands) {
    const text = await home.ok(args);
    assert.doesNotThrow(() => JSON.parse(text), `${args.join(" ")}: ${text}`);
  }
});

Deno.test("init writes local mode, keeps what else is configured, and asks before it changes it", async () => {
  using home = newHome();
  assert.equal(await home.ok(["init", "--print"]), "backend: local\n");
  assert.match(await home.ok(["init"]), /^wrote .*config\.yaml\n/);
  const file = `${home.config}/config.yaml`;
  assert.equal(Deno.readTextFileSync(file), "backend: local\n");
  assert.match(await home.ok(["init"]), /^unchanged: /);
  Deno.writeTextFileSync(file, "# mine\nbackend: zenoh # for now\nuser_id: alice\n");
  assert.equal((await home.run(["init"])).code, 1);
  await home.ok(["init", "--force"]);
  assert.equal(Deno.readTextFileSync(file), "# mine\nbackend: local # for now\nuser_id: alice\n");
  const bad = "backend: [\n";
  Deno.writeTextFileSync(file, bad);
  assert.equal((await home.run(["init", "--force"])).code, 2);
  assert.equal(Deno.readTextFileSync(file), bad);
  assert.equal((await home.run(["search"])).code, 2);
});

Deno.test("a host of a Python mesh is read, and written to only once it says how to go on", async () => {
  using home = newHome();
  Deno.mkdirSync(home.config, { recursive: true });
  Deno.writeTextFileSync(`${home.config}/config.yaml`, "backend: zenoh\n");
  await home.ok(["search"]);
  const refused = await home.run(["save", "x"]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /kioku-mesh init --mode local/);
  await home.ok(["init", "--mode", "local", "--force"]);
  await home.ok(["save", "x"]);
});

Deno.test("a project's file sets the visibility, but never a team that the host does not know", async () => {
  using home = newHome();
  Deno.mkdirSync(home.at("work", "deep"), { recursive: true });
  Deno.writeTextFileSync(home.at("work", ".kioku-mesh.yaml"), "default_visibility: team\nteam_id: acme\n");
  const there = { cwd: home.at("work", "deep") };
  const refused = await home.run(["save", "x"], there);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /this host does not declare it/);
  Deno.mkdirSync(home.config, { recursive: true });
  Deno.writeTextFileSync(`${home.config}/config.yaml`, "storage_scopes: [mesh, team/acme]\n");
  assert.match(await home.ok(["save", "x"], there), /\(visibility=team\/acme\)/);
});

Deno.test("a reader that goes away ends the program quietly", async () => {
  using home = newHome();
  for (let i = 0; i < 3; i++) await home.ok(["save", "-"], { stdin: `${i} ${"word ".repeat(30_000)}` });
  const { command, args, env, cwd } = home.invocation(["search", "--format", "json"]);
  const child = new Deno.Command(command, {
    args,
    env,
    cwd,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const stderr = await new Response(child.stderr).text();
  assert.equal(stderr, "");
  assert.equal((await child.status).code, 0);
});

Deno.test("the older variables are read, with one warning", async () => {
  using home = newHome({ MESH_MEM_AGENT_FAMILY: "codex" });
  const { stdout, stderr } = await home.run(["status"]);
  assert.match(stdout, /^agent_family: codex /m);
  assert.match(stderr, /^[^\n]*MESH_MEM_AGENT_FAMILY[^\n]*\n$/);
});

async function save(home: Home, args: string[], env: Record<string, string> = {}): Promise<string> {
  return JSON.parse(await home.ok(["save", ...args, "--json"], { env })).observation_id;
}

async function ids(home: Home, args: string[], env: Record<string, string> = {}): Promise<string[]> {
  const { memories } = JSON.parse(await home.ok([...args, "--json"], { env }));
  return memories.map(({ observation_id }: { observation_id: string }) => observation_id);
}
