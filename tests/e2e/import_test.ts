import assert from "node:assert/strict";
import { newHome } from "./support/program.ts";

const SECRET = ["gh", "p_", "x7Kq0ZrT9mWc3vLb8", "NyPa1dHs5GfUj2eRo4i"].join("");

const GRAPH = [
  { type: "entity", name: "Ada", entityType: "person", observations: ["likes tea"] },
  { type: "relation", from: "Ada", to: "Acme", relationType: "works_at" },
].map((line) => JSON.stringify(line)).join("\n");

Deno.test("import finds out what a file is, counts first, takes each thing once and follows changes", async () => {
  using home = newHome();
  Deno.mkdirSync(home.at("repo", "docs", ".git"), { recursive: true });
  Deno.writeTextFileSync(home.at("repo", "CLAUDE.md"), "# Rules\n\nRun the tests.\n\n## Style\n\nTabs.\n");
  Deno.writeTextFileSync(
    home.at("repo", "docs", "note.md"),
    "---\ntitle: Tea\n---\n- [fact] Green tea #drinks\n",
  );
  Deno.writeTextFileSync(home.at("repo", "docs", "plain.md"), "# Just text\n");
  Deno.writeTextFileSync(home.at("repo", "docs", ".git", "x.md"), "---\ntitle: hidden\n---\n");
  Deno.writeTextFileSync(home.at("memory.json"), GRAPH);
  const paths = ["import", "repo", "memory.json"];
  const dry = await home.run([...paths, "--dry-run"]);
  assert.equal(dry.code, 1, "one file is of no known form");
  assert.equal(
    dry.stdout,
    [
      "repo (agents-md): 2 to add",
      "repo (basic-memory): 1 to add",
      "memory.json (mcp-memory): 1 to add",
      "notes go to: mesh",
      "dry run: nothing was taken.",
      "",
    ].join("\n"),
  );
  assert.equal(dry.stderr, "repo/docs/plain.md: of no form that is known; left out\n");
  assert.match(await home.ok(["status"]), /^observations_live: 0$/m);
  const done = JSON.parse((await home.run([...paths, "--json"])).stdout);
  assert.deepEqual(done.files.map((one: { added: number }) => one.added), [2, 1, 1]);
  assert.deepEqual(done.unknown, [home.at("repo", "docs", "plain.md")]);
  assert.match(await home.ok(["import", "memory.json"]), /^memory\.json \(mcp-memory\): 0 added, 1 known\n/);
  Deno.writeTextFileSync(home.at("memory.json"), GRAPH.replace("tea", "coffee"));
  assert.match(await home.ok(["import", "memory.json"]), /: 1 added \(1 in place of earlier ones\)\n/);
  const found = JSON.parse(await home.ok(["search", "ada", "--json"])).memories;
  assert.deepEqual(found.map(({ content }: { content: string }) => content), [
    "Ada (person)\n- likes coffee\n- works_at Acme",
  ]);
  const [rule] = JSON.parse(await home.ok(["search", "tabs", "--json"])).memories;
  assert.deepEqual(
    [rule.subject, rule.project, rule.source_files, rule.references],
    ["Rules > Style", "repo", ["~/repo/CLAUDE.md"], ["agents-md:CLAUDE.md#Rules > Style"]],
  );
  assert.match(
    await home.ok(["import", "repo/docs/plain.md", "--from", "basic-memory", "-p", "x"]),
    /^repo\/docs\/plain\.md \(basic-memory\): 1 added\n/,
  );
});

Deno.test("what is exported comes back on another machine, in every form", async () => {
  using home = newHome();
  for (const text of ["one", "two\n\n---\nlines", "三"]) {
    await home.ok(["save", text, "-p", "demo", "--tags", "a,b"]);
  }
  const deleted = JSON.parse(await home.ok(["save", "gone", "--json"])).observation_id;
  await home.ok(["delete", deleted]);
  await home.ok(["export", home.at("all.jsonl")]);
  await home.ok(["export", home.at("all.md"), "--format", "markdown"]);
  await home.ok(["export", home.at("all"), "--format", "folder"]);
  const everything = await home.ok(["export"]);
  for (const [path, added] of [["all.jsonl", 4], ["all.md", 3], ["all", 3]] as const) {
    const env = { KIOKU_MESH_STATE_DIR: home.at(`state-of-${path}`) };
    const told = JSON.parse(await home.ok(["import", path, "--json"], { env }));
    assert.deepEqual([told.files.length, told.files[0].added], [1, added], path);
    const back = await home.ok(["export"], { env });
    const live = (text: string) => text.trim().split("\n").filter((line) => !line.includes(deleted)).sort();
    assert.deepEqual(live(back), live(everything), path);
    if (path === "all.jsonl") assert.deepEqual(back.split("\n").sort(), everything.split("\n").sort());
    const again = JSON.parse(await home.ok(["import", path, "--json"], { env }));
    assert.equal(again.files[0].added, 0, path);
  }
});

Deno.test("import lists what it refuses and why, and goes on; --allow-secret takes it", async () => {
  using home = newHome();
  const entity = (name: string, observation: string) =>
    JSON.stringify({ type: "entity", name, entityType: "x", observations: [observation] });
  const lines = [entity("a", `the token is ${SECRET}`), "{broken", entity("b", "fine")];
  Deno.writeTextFileSync(home.at("memory.json"), lines.join("\n"));
  const { code, stdout, stderr } = await home.run(["import", "memory.json"]);
  assert.equal(code, 1);
  assert.match(stdout, /: 1 added, 1 refused for a secret \(--allow-secret takes them\), 1 unreadable\n/);
  assert.match(
    stderr,
    /^ {2}refused: entity "a" \(line 1\): its content holds what looks like a secret \(.*rule [a-z0-9-]+/m,
  );
  assert.match(stderr, /^ {2}unreadable: line 2: /m);
  assert.ok(!stderr.includes(SECRET) && !stdout.includes(SECRET));
  assert.equal((await home.run(["import", "memory.json", "--allow-secret"])).code, 1);
  assert.equal(JSON.parse(await home.ok(["search", "--json"])).memories.length, 2);
});

Deno.test("import: wrong use, files that are not there or cannot be read, and state folders", async () => {
  using home = newHome();
  await home.ok(["save", "x"]);
  Deno.writeTextFileSync(home.at("notes.txt"), "plain");
  Deno.writeFileSync(home.at("bad.md"), new Uint8Array([0x23, 0xff, 0xfe]));
  Deno.mkdirSync(home.at("empty"));
  const wrong: readonly (readonly [args: string[], code: number, reason: RegExp])[] = [
    [["--dry-run"], 2, /are for files/],
    [["--project", "x"], 2, /are for files/],
    [["notes.txt", "--done"], 2, /stands alone/],
    [["notes.txt", "--from", "xml"], 2, /--from "xml"/],
    [["notes.txt"], 2, /none of the forms/],
    [["nowhere.md"], 1, /Name a file or folder that is there/],
    [["bad.md"], 1, /not UTF-8/],
    [["empty"], 1, /neither Markdown/],
    [[home.state], 2, /state folder of this program/],
    [["notes.txt", "--from", "mcp-memory", "--visibility", "team"], 2, /no team id/],
  ];
  for (const [args, code, reason] of wrong) {
    const ended = await home.run(["import", ...args]);
    assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stderr}`);
    assert.match(ended.stderr, reason);
    assert.match(ended.stderr, /^error: Cannot [^\n]+\n$/);
  }
  assert.match(await home.ok(["status"]), /^observations_live: 1$/m);
});

Deno.test("a state folder of the Python version elsewhere is taken in, and counted first", async () => {
  using home = newHome();
  using other = newHome();
  await other.ok(["save", "from elsewhere"]);
  const folder = home.at("python-state");
  await other.ok(["export", "--to-python", folder]);
  await home.ok(["import", "--done"]);
  assert.equal(
    await home.ok(["import", folder, "--dry-run"]),
    `${folder}/local/raw.db (python): 1 records\ndry run: nothing was taken.\n`,
  );
  assert.match(await home.ok(["status"]), /^observations_live: 0$/m);
  assert.match(await home.ok(["import", folder]), /\(python\): 1 added, 0 deleted\n/);
  assert.match(await home.ok(["import", folder, "--from", "python"]), /\(python\): 0 added, 0 deleted\n/);
  assert.match(await home.ok(["search", "elsewhere"]), /from elsewhere/);
});
