import assert from "node:assert/strict";
import { newHome } from "./support/program.ts";

Deno.test("export as Markdown: one file to read, or a folder with a file each, of what is chosen", async () => {
  using home = newHome();
  await home.ok(["save", "日本語の本文\n\n---\n<!-- kioku-mesh:end -->", "-p", "Shop / a", "-s", "../題 名"]);
  await home.ok(["save", "second text", "--tags", "x", "--memory-type", "bug"]);
  const file = home.at("memories.md");
  assert.equal(
    await home.ok(["export", file, "--format", "markdown"]),
    `exported: 2 memories to ${file}\n`,
  );
  const text = Deno.readTextFileSync(file);
  assert.match(
    text,
    /^# Memories\n\n<!-- kioku-mesh:memories -->\n\n## \.\.\/題 名\n\nnote · importance 2 · Shop \/ a · \d{4}-\d\d-\d\d · /,
  );
  assert.match(text, /-->\n日本語の本文\n\n---\n<!-- \\kioku-mesh:end -->\n<!-- kioku-mesh:end -->\n/);
  assert.equal(await home.ok(["export", "--format", "markdown"]), text);
  const folder = home.at("notes");
  const chosen = ["--format", "folder", "--tags", "x", "--memory-type", "bug,note", "--since", "1h"];
  assert.deepEqual(JSON.parse(await home.ok(["export", folder, ...chosen, "--json"])), {
    folder,
    memories: 1,
  });
  const [{ name = "" } = {}] = [...Deno.readDirSync(folder)];
  assert.match(name, /^\d{4}-\d\d-\d\d-second-text-[0-9a-f]{32}\.md$/);
  assert.match(
    Deno.readTextFileSync(`${folder}/${name}`),
    /^---\nsubject: second text\n[^]*\n---\nsecond text\n$/,
  );
  const all = home.at("all");
  await home.ok(["export", all, "--format", "folder"]);
  const [inside] = [...Deno.readDirSync(`${all}/shop-a`)];
  assert.match(inside?.name ?? "", /^\d{4}-\d\d-\d\d-題-名-[0-9a-f]{32}\.md$/);
  if (Deno.build.os !== "windows") {
    for (const [path, mode] of [[file, 0o600], [folder, 0o700], [`${folder}/${name}`, 0o600]] as const) {
      assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, mode, path);
    }
  }
});

Deno.test("export: wrong use writes nothing", async () => {
  using home = newHome();
  await home.ok(["save", "x"]);
  const wrong = [
    ["--format", "xml"],
    ["--format", "folder"],
    ["--include-superseded"],
    ["--scope", "world"],
    ["--memory-type", "idea"],
    ["--to-python", "f", "--tags", "x"],
    ["--to-python", "f", "--format", "jsonl"],
  ];
  for (const args of wrong) {
    const { code, stderr } = await home.run(["export", ...args]);
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, /^error: Cannot [^\n]+\n$/);
  }
  const { code, stderr } = await home.run(["export", home.state, "--format", "folder"]);
  assert.equal(code, 1);
  assert.match(stderr, /it holds files already/);
  assert.deepEqual([...Deno.readDirSync(home.path)].map(({ name }) => name), ["state"]);
});
