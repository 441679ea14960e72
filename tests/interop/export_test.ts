import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { text } from "../../lib/store/row.ts";
import { type Home, newHome } from "../e2e/support/program.ts";
import { runPythonKioku, type Variables } from "../support/python_package.ts";

const CONTENT = '日本語 "quoted" \\ back\nline\u2028 😀';

Deno.test("Python 1.2.0 reads what is exported for it: search, get-memory, status, and the bytes", async () => {
  using home = newHome({ KIOKU_MESH_USER_ID: "alice", KIOKU_MESH_TEAM_ID: "acme" });
  const plain = await save(home, CONTENT, "--project", "demo", "--tags", "db,設計");
  const newer = await save(home, "newer decision", "--supersedes", plain, "--memory-type", "decision");
  const user = await save(home, "for my own hosts", "--visibility", "user");
  const team = await save(home, "for the team", "--visibility", "team");
  const deleted = await save(home, "to be deleted");
  await home.ok(["delete", deleted, "--reason", "was wrong"]);

  const folder = home.at("for-python");
  const told = JSON.parse(await home.ok(["export", "--to-python", folder, "--json"]));
  assert.deepEqual(told, { folder, memories: 5, deletions: 1, left_out: 0 });

  const python: Variables = {
    HOME: home.at("python"),
    KIOKU_MESH_STATE_DIR: folder,
    KIOKU_MESH_BACKEND: "local",
  };
  const status = runPythonKioku(python, "status");
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(status)?.[1]);
  assert.equal(count("observations_live") + count("observations_tombstoned"), 5, status);
  assert.equal(count("observations_tombstoned"), 1, status);
  assert.equal(count("observations_shadowed"), 0, status);
  assert.match(status, new RegExp(`pc_id: ${Deno.readTextFileSync(`${home.state}/pc_id`).trim()}`));

  const found = (query: string) => idsIn(runPythonKioku(python, "search", query, "--format", "json"));
  assert.deepEqual(found("hosts"), [user]);
  assert.deepEqual(found("team"), [team]);
  assert.deepEqual(found("decision"), [newer]);
  assert.deepEqual(found("deleted"), []);
  // Superseded there as here, but it can still be read.
  assert.deepEqual(found("日本語"), []);
  const shown = runPythonKioku(python, "get-memory", plain);
  for (const line of CONTENT.split("\n")) {
    assert(shown.includes(line) || shown.includes(JSON.stringify(line)), shown);
  }

  // Python has opened the file more than once, and made its own index beside it: what it was given is as it was.
  const exported = lines(await home.ok(["export"]));
  const expected = exported.filter(({ key }) => key.includes("/obs/")).map(({ payload }) => payload).sort();
  assert.equal(exported.length, 6);
  assert.deepEqual(stored(folder, "SELECT payload_json AS payload FROM local_obs"), expected);
  const deletions = exported.filter(({ key }) => key.includes("/tomb/")).map(({ payload }) => payload);
  assert.deepEqual(stored(folder, "SELECT tomb_json AS payload FROM local_tomb"), deletions);

  // And back again: what Python saves next in it is taken over with everything else.
  const saved = runPythonKioku(python, "save", "written by Python", "--subject", "s", "--summary", "t");
  using back = newHome({ KIOKU_MESH_USER_ID: "alice", KIOKU_MESH_TEAM_ID: "acme" });
  const again = lines(await back.ok(["export"], { env: { KIOKU_MESH_STATE_DIR: folder } }));
  const [id = ""] = /[0-9a-f]{32}/.exec(saved) ?? [];
  assert.deepEqual(
    again.filter(({ key }) => !key.endsWith(id)).map(({ key, payload }) => `${key} ${payload}`).sort(),
    exported.map(({ key, payload }) => `${key} ${payload}`).sort(),
  );
  assert.equal(again.length, 7);
});

Deno.test("an export to a file is its owner's, whole or not at all, and never takes another file's place", async () => {
  using home = newHome();
  await save(home, CONTENT);
  const file = home.at("memories.jsonl");
  assert.match(await home.ok(["export", file]), /^exported: 1 memories, 0 deletions to /);
  const before = Deno.readTextFileSync(file);
  assert.equal(before, await home.ok(["export", "-"]));
  assert.equal(JSON.parse(lines(before)[0]?.payload ?? "").content, CONTENT);
  if (Deno.build.os !== "windows") assert.equal((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
  const { code, stderr } = await home.run(["export", file]);
  assert.equal(code, 1);
  assert.match(stderr, /there already/);
  assert.equal(Deno.readTextFileSync(file), before);
  assert.equal((await home.run(["export", "--to-python", home.path])).code, 1);
  assert.equal((await home.run(["export", "-p", "demo", "--to-python", home.at("new")])).code, 2);
  assert.equal(await home.ok(["export", "-p", "demo"]), "");
});

async function save(home: Home, content: string, ...options: readonly string[]): Promise<string> {
  const printed = await home.ok([
    "save",
    content,
    "--subject",
    "subject",
    "--summary",
    "summary",
    "--json",
    ...options,
  ]);
  const [id] = /[0-9a-f]{32}/.exec(printed) ?? [];
  assert(id !== undefined, printed);
  return id;
}

function lines(printed: string): { readonly key: string; readonly payload: string }[] {
  return printed.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

function idsIn(json: string): string[] {
  return [...json.matchAll(/"observation_id": ?"([0-9a-f]{32})"/g)].map(([, id = ""]) => id);
}

function stored(folder: string, sql: string): string[] {
  const db = new DatabaseSync(`${folder}/local/raw.db`, { readOnly: true });
  try {
    return db.prepare(sql).all().map((row) => text(row, "payload")).sort();
  } finally {
    db.close();
  }
}
