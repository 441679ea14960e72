import assert from "node:assert/strict";
import { type Home, newHome } from "./support/program.ts";
import { onTerminal } from "./support/terminal.ts";

async function save(home: Home, ...args: string[]): Promise<string> {
  return JSON.parse(await home.ok(["save", ...args, "--json"])).observation_id;
}

async function show(home: Home, id: string): Promise<Record<string, unknown>> {
  return JSON.parse(await home.ok(["get", id, "--json"])).memory;
}

async function changed(home: Home, args: string[]): Promise<string> {
  return JSON.parse(await home.ok([...args, "--json"])).observation_id;
}

Deno.test("edit by options, tag and supersede: each saves a new record in the place of the old one", async () => {
  using home = newHome();
  const first = await save(home, "Use MySQL.", "-p", "demo", "--tags", "db,old");
  const edited = await changed(home, [
    "edit",
    first.slice(0, 8),
    "--content",
    "Use Postgres.",
    "--importance",
    "4",
  ]);
  assert.deepEqual((await show(home, edited)).supersedes, [first]);
  const tagged = await changed(home, ["tag", edited.slice(0, 8), "+new", "-old", "-hot", "+db"]);
  const memory = await show(home, tagged);
  assert.deepEqual(
    [memory.content, memory.subject, memory.project, memory.importance, memory.tags],
    ["Use Postgres.", "Use Postgres.", "demo", 4, ["db", "new"]],
  );
  assert.equal(await home.ok(["tag", tagged, "+db"]), "unchanged: nothing was saved.\n");
  const text = await changed(home, ["supersede", tagged, "Use SQLite.\n\nOne file."]);
  const { subject, tags } = await show(home, text);
  assert.deepEqual([subject, tags], ["Use SQLite.", ["db", "new"]]);
  const other = await save(home, "Use DuckDB.");
  const copy = await changed(home, ["supersede", text.slice(0, 8), "--with", other.slice(0, 8)]);
  const found = JSON.parse(await home.ok(["search", "use", "--json"]));
  assert.deepEqual(found.memories.map((one: { observation_id: string }) => one.observation_id), [copy]);
});

Deno.test("edit, tag and supersede: wrong use changes nothing", async () => {
  using home = newHome();
  const id = await save(home, "a text");
  const wrong = [
    ["edit", id],
    ["edit", id, "--expires-at", ""],
    ["edit", id, "--content", ""],
    ["edit", id, "--importance", "9"],
    ["tag", id],
    ["tag", id, "x"],
    ["tag", id, "+"],
    ["tag", id, "--bogus"],
    ["tag", id, "+a,b"],
    ["supersede", id],
    ["supersede", id, "x", "--with", id],
    ["supersede", id, "--with", id],
    ["supersede", id, "--with", id, "--subject", "x"],
  ];
  for (const args of wrong) {
    const { code, stderr } = await home.run(args);
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, /^error: Cannot [^\n]+\n$/, args.join(" "));
  }
  assert.match(await home.ok(["get", id]), /^state: live$/m);
});

Deno.test({
  name: "edit opens the editor on a terminal, with the memory as a text that its owner alone can read",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using home = newHome();
    const id = await save(home, "first\nsecond", "--tags", "a");
    const editor = home.at("editor");
    Deno.writeTextFileSync(
      editor,
      `#!/bin/sh\nstat -c %a "$2" > mode\nsed -e 's/^second$/third line/' -e 's/^  - a$/  - b/' "$2" > new && cat new > "$2"\n`,
      { mode: 0o755 },
    );
    const env = { EDITOR: "false", VISUAL: `'${editor}' --wait` };
    const text = await onTerminal(home, ["edit", id.slice(0, 8)], { env });
    const saved = /saved: ([0-9a-f]{32}) \(replaces/.exec(text)?.[1] ?? assert.fail(text);
    const memory = await show(home, saved);
    assert.deepEqual([memory.content, memory.tags], ["first\nthird line", ["b"]]);
    assert.equal(Deno.readTextFileSync(home.at("mode")), "600\n");
    assert.match(await onTerminal(home, ["edit", saved], { env: { VISUAL: "true" } }), /unchanged: nothing/);
    assert.deepEqual(drafts(home), []);
    const failed = await onTerminal(home, ["edit", saved], { env: { VISUAL: "false" } });
    assert.match(failed, /error: Cannot edit: the editor \(false\) ended with 1/);
    assert.deepEqual(drafts(home), [], "a text that nobody changed is not kept");
    const env2 = { VISUAL: "sed -i 's/^importance: .*/importance: lots/'" };
    const refused = await onTerminal(home, ["edit", saved], { env: env2 });
    assert.match(refused, /importance is not a whole number/);
    const [kept = ""] = drafts(home);
    assert.ok(refused.includes(kept));
    assert.match(Deno.readTextFileSync(`${home.state}/${kept}`), /^importance: lots$/m);
  },
});

function drafts(home: Home): string[] {
  return [...Deno.readDirSync(home.state)].map(({ name }) => name).filter((name) => name.startsWith("edit-"));
}
