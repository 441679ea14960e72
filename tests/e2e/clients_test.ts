import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { type Sample, SAMPLES } from "./support/client_samples.ts";
import { type Home, newHome } from "./support/program.ts";

for (const sample of SAMPLES) {
  Deno.test(`${sample.client}: install, verify, a change by hand, install again, roll back, uninstall`, async () => {
    using home = newHome();
    const file = lay(home, sample);
    const { client, text, hand: [from, to] } = sample;
    const read = () => Deno.readTextFileSync(file);
    const run = (...args: string[]) => home.ok(["mcp", ...args, "--client", client]);

    const shown = await run("install", "--dry-run", "--no-habits");
    assert.match(shown, /^\+.*mcp.*serve/m);
    assert.equal(read(), text, "a dry run wrote something");

    await run("install", "--yes", "--no-habits");
    const installed = read();
    assert.ok(holdsInOrder(installed, text), `something else changed:\n${installed}`);
    assert.equal(mode(file), sample.mode ?? mode(file));
    if (sample.link) assert.ok(Deno.lstatSync(join(home.path, sample.path)).isSymlink, "the link is gone");
    const copies = [...Deno.readDirSync(dirname(file))].filter(({ name }) => name.includes(".bak-"));
    assert.equal(copies.length, 1);
    const copy = join(dirname(file), copies[0]?.name ?? "");
    assert.equal(Deno.readTextFileSync(copy), text);
    assert.equal(mode(copy), 0o600);
    assert.match(await run("verify"), /works: kioku-mesh 2\.\S+, \d+ tools/);
    const listed = JSON.parse(await run("list", "--json")).clients[0];
    assert.equal(listed.registrations.length, 1);
    assert.equal(listed.registrations[0].env.KIOKU_MESH_CLIENT_ID, client);
    assert.equal(listed.registrations[0].runnable, true);

    const altered = installed.replace(from, to);
    assert.notEqual(altered, installed);
    Deno.writeTextFileSync(file, altered);
    assert.match(await run("install", "--yes", "--no-habits"), /^unchanged: /);
    assert.equal(read(), altered);
    await run("install", "--yes", "--no-habits", "--env", 'EXTRA=a "b"');
    assert.ok(holdsInOrder(read(), altered), "a variable more touched something else");
    await run("rollback", "--yes");
    assert.equal(read(), altered, "rolled back to before the variable");
    const refused = await home.run(["mcp", "rollback", "--client", client, "--yes"]);
    assert.deepEqual([refused.code, read()], [1, altered], "rolled back over the change by hand");
    assert.match(refused.stderr, /changed since/);

    await run("uninstall", "--yes");
    assert.equal(read(), text.replace(from, to), "not just ours was removed");
    await run("rollback", "--yes");
    assert.equal(read(), altered, "an uninstall is not rolled back");
    Deno.writeTextFileSync(file, installed);
    await run("rollback", "--yes");
    assert.equal(read(), text, "not what it was before we came");
    await run("install", "--yes", "--habits");
    await run("uninstall", "--yes");
    assert.equal(read(), text, "install and uninstall are not the file as it was");
    assert.deepEqual(ours(home), [], "something of ours stayed");
  });
}

Deno.test("what is not there is made, and gone again with us", async () => {
  using home = newHome();
  for (const folder of [".claude", ".codex", ".gemini", ".cursor", ".config/Code/User", ".config/opencode"]) {
    Deno.mkdirSync(home.at(folder), { recursive: true });
  }
  const before = tree(home);
  const { code, stderr } = await home.run(["mcp", "install", "--yes", "--habits"]);
  assert.equal(code, 0, stderr);
  assert.equal(mode(home.at(".claude.json")), 0o600);
  assert.match(Deno.readTextFileSync(home.at(".claude", "CLAUDE.md")), /kioku-mesh:begin[^]*kioku-mesh:end/);
  await home.ok(["mcp", "uninstall", "--yes"]);
  assert.deepEqual(
    tree(home).filter((path) => !path.includes(".bak-") && !/\/hooks$|\.copilot$/.test(path)),
    before,
  );
});

Deno.test("blanks that only their writer could know of are back after an uninstall", async () => {
  for (
    const text of [
      "{ }",
      "{\r\n}\r\n",
      '{\n  "mcpServers": {\n  }\n}',
      '{"mcpServers":{ }, "hooks":{"SessionStart":[ ]}}',
      "",
    ]
  ) {
    using home = newHome();
    Deno.mkdirSync(home.at(".gemini"));
    Deno.writeTextFileSync(home.at(".gemini", "settings.json"), text);
    for (const verb of ["install", "uninstall"]) {
      await home.ok([
        "mcp",
        verb,
        "--client",
        "gemini-cli",
        "--yes",
        ...(verb === "install" ? ["--habits"] : []),
      ]);
    }
    assert.equal(Deno.readTextFileSync(home.at(".gemini", "settings.json")), text);
  }
});

Deno.test("a whole install is rolled back at once, file by file as they were", async () => {
  using home = newHome();
  const [sample] = SAMPLES.filter(({ client }) => client === "gemini-cli");
  assert.ok(sample);
  const file = lay(home, sample);
  Deno.writeTextFileSync(home.at(".gemini", "GEMINI.md"), "# Mine\r\n\r\nBe brief.");
  await home.ok(["mcp", "install", "--client", "gemini-cli", "--yes", "--habits"]);
  assert.match(Deno.readTextFileSync(file), /BeforeAgent/);
  assert.match(
    Deno.readTextFileSync(home.at(".gemini", "GEMINI.md")),
    /Be brief\.\r\n\r\n<!-- kioku-mesh:begin/,
  );
  await home.ok(["mcp", "rollback", "--yes"]);
  assert.equal(Deno.readTextFileSync(file), sample.text);
  assert.equal(Deno.readTextFileSync(home.at(".gemini", "GEMINI.md")), "# Mine\r\n\r\nBe brief.");
  assert.equal((await home.run(["mcp", "rollback", "--yes"])).code, 1, "there is nothing left to roll back");
});

Deno.test("registrations of the Python version are switched in their place", async () => {
  using home = newHome();
  const claude =
    `{"mcpServers": {"kioku_mesh": {"type": "stdio", "command": "/opt/py/bin/kioku-mesh-mcp", "args": [], "env": {"ZENOH_CONNECT": "tcp/127.0.0.1:7447", "KIOKU_MESH_AGENT_FAMILY": "claude"}}}}`;
  const codex = `[mcp_servers.kioku-mesh] # by hand
command = "uvx"
args = ["--from", "kioku-mesh", "kioku-mesh-mcp"]
startup_timeout_sec = 30 # slow
[mcp_servers.kioku-mesh.tools.save_observation]
approval_mode = "approve"
`;
  Deno.mkdirSync(home.at(".codex"));
  Deno.writeTextFileSync(home.at(".claude.json"), claude);
  Deno.writeTextFileSync(home.at(".codex", "config.toml"), codex);
  assert.match(await home.ok(["mcp", "list"]), /kioku_mesh \(the Python version's, user/);
  const said = await home.ok([
    "mcp",
    "install",
    "--client",
    "claude-code",
    "codex-cli",
    "--yes",
    "--no-habits",
  ]);
  assert.match(said, /register kioku_mesh in place of the Python version's server/);
  const entry = JSON.parse(Deno.readTextFileSync(home.at(".claude.json"))).mcpServers.kioku_mesh;
  assert.deepEqual(entry.args.slice(-2), ["mcp", "serve"]);
  assert.equal(entry.env.ZENOH_CONNECT, "tcp/127.0.0.1:7447", "the user's variables stay");
  assert.equal(entry.env.KIOKU_MESH_CLIENT_ID, "claude-code");
  const toml = Deno.readTextFileSync(home.at(".codex", "config.toml"));
  assert.match(toml, /^\[mcp_servers\.kioku-mesh\] # by hand\n/);
  assert.match(toml, /startup_timeout_sec = 30 # slow\n/);
  assert.match(toml, /\[mcp_servers\.kioku-mesh\.tools\.save_observation\]\napproval_mode = "approve"\n$/);
  assert.match(await home.ok(["mcp", "verify"]), /claude-code[^\n]*works[^]*codex-cli[^\n]*works/);
  await home.ok(["mcp", "rollback", "--yes"]);
  assert.deepEqual(
    [Deno.readTextFileSync(home.at(".claude.json")), Deno.readTextFileSync(home.at(".codex", "config.toml"))],
    [claude, codex],
  );
});

Deno.test("names are exact, and another's server is replaced only by force", async () => {
  using home = newHome();
  const text =
    `{"mcpServers": {"my_kioku_mesh": {"command": "x"}, "kioku_mesh": {"command": "somebody-elses"}}}`;
  Deno.writeTextFileSync(home.at(".claude.json"), text);
  const args = ["mcp", "install", "--client", "claude-code", "--yes", "--no-habits"];
  const { code, stderr } = await home.run(args);
  assert.equal(code, 1);
  assert.match(
    errors(stderr),
    /^error: Cannot register kioku_mesh with Claude Code: [^\n]* another server of that name[^\n]*\n$/,
  );
  assert.equal(Deno.readTextFileSync(home.at(".claude.json")), text);
  await home.ok([...args, "--name", "memory"]);
  await home.ok(["mcp", "uninstall", "--client", "claude-code", "--yes"]);
  assert.equal(Deno.readTextFileSync(home.at(".claude.json")), text);
  await home.ok([...args, "--force"]);
  const servers = JSON.parse(Deno.readTextFileSync(home.at(".claude.json"))).mcpServers;
  assert.equal(servers.my_kioku_mesh.command, "x");
  assert.notEqual(servers.kioku_mesh.command, "somebody-elses");
  for (const [flag, value] of [["--name", "a.b"], ["--env", "novalue"], ["--client", "emacs"]] as const) {
    const wrong = await home.run(["mcp", "install", "--client", "claude-code", "--yes", flag, value]);
    assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  }
});

Deno.test("a file that cannot be changed safely is left alone, with one line that says why", async () => {
  using home = newHome();
  const broken: readonly (readonly [client: string, path: string, text: string, why: RegExp])[] = [
    ["claude-code", ".claude.json", '{\n  "a": 1\n  "b": 2\n}', /line 3: comma expected/],
    [
      "claude-code",
      ".claude.json",
      '{\n  "mcpServers": {},\n  "mcpServers": {}\n}',
      /line 3: "mcpServers" stands there twice/,
    ],
    ["claude-code", ".claude.json", '{\n  "mcpServers": [1]\n}', /mcpServers is not what it should be/],
    ["codex-cli", ".codex/config.toml", 'model = "x"\nmodel = "y"\n', /line 2: /],
    ["codex-cli", ".codex/config.toml", "mcp_servers = 3\n", /mcp_servers/],
    ["zed", ".config/zed/settings.json", '{"theme": }', /line 1: value expected/],
  ];
  for (const [client, path, text, why] of broken) {
    const file = home.at(...path.split("/"));
    Deno.mkdirSync(dirname(file), { recursive: true });
    Deno.writeTextFileSync(file, text);
    for (const verb of ["install", "uninstall"]) {
      if (verb === "uninstall" && /mcp_?servers/i.test(why.source) && !why.source.startsWith("line")) {
        continue;
      }
      const { code, stderr, stdout } = await home.run(["mcp", verb, "--client", client, "--yes"]);
      assert.equal(code, 1, `${verb} ${text}: ${stdout}${stderr}`);
      assert.match(errors(stderr), /^error: [^\n]+\n$/);
      assert.match(stderr, why);
      assert.equal(Deno.readTextFileSync(file), text);
    }
  }
  const readOnly = home.at(".cursor", "mcp.json");
  Deno.mkdirSync(dirname(readOnly));
  Deno.writeTextFileSync(readOnly, "{}", { mode: 0o444 });
  const { code, stderr } = await home.run(["mcp", "install", "--client", "cursor", "--yes"]);
  assert.equal(code, 1);
  assert.match(errors(stderr), /^error: Cannot change [^\n]*: it is read-only\.[^\n]*\n$/);
  assert.equal(Deno.readTextFileSync(readOnly), "{}");
  Deno.writeFileSync(home.at(".cursor", "other.json"), new Uint8Array([0xff, 0xfe, 0x7b, 0]));
  Deno.removeSync(readOnly);
  Deno.symlinkSync("other.json", readOnly);
  assert.match((await home.run(["mcp", "install", "--client", "cursor", "--yes"])).stderr, /no UTF-8 text/);
  assert.deepEqual([...Deno.readDirSync(dirname(readOnly))].map(({ name }) => name).sort(), [
    "mcp.json",
    "other.json",
  ]);
});

Deno.test("what goes wrong for one client does not keep the others from it", async () => {
  using home = newHome();
  Deno.mkdirSync(home.at(".cursor"));
  Deno.writeTextFileSync(home.at(".claude.json"), "{");
  const { code, stderr } = await home.run(["mcp", "install", "--yes", "--no-habits"]);
  assert.equal(code, 1);
  assert.match(stderr, /^error: claude-code: Cannot use /m);
  assert.match(Deno.readTextFileSync(home.at(".cursor", "mcp.json")), /kioku_mesh/);
});

Deno.test("a project has its own registration", async () => {
  using home = newHome();
  const project = home.at("app");
  Deno.mkdirSync(join(project, ".git"), { recursive: true });
  for (const client of ["claude-code", "codex-cli", "gemini-cli", "cursor", "vscode", "zed", "opencode"]) {
    await home.ok(["mcp", "install", "--client", client, "--project", "--yes", "--habits"], { cwd: project });
  }
  const expected = [
    ".mcp.json",
    ".codex/config.toml",
    ".gemini/settings.json",
    ".cursor/mcp.json",
    ".vscode/mcp.json",
    ".zed/settings.json",
    "opencode.json",
    "CLAUDE.md",
    "AGENTS.md",
    "GEMINI.md",
  ];
  for (const path of expected) assert.match(Deno.readTextFileSync(join(project, path)), /kioku/, path);
  const { stderr, code } = await home.run(["mcp", "install", "--client", "windsurf", "--project", "--yes"], {
    cwd: project,
  });
  assert.equal(code, 2);
  assert.match(stderr, /Windsurf has no configuration of its own/);
  await home.ok(["mcp", "uninstall", "--project", "--client", "cursor", "--yes"], { cwd: project });
  assert.match(Deno.readTextFileSync(join(project, "AGENTS.md")), /kioku-mesh:begin/, "others still need it");
  await home.ok(["mcp", "uninstall", "--project", "--yes"], { cwd: project });
  for (const path of expected) {
    assert.throws(() => Deno.statSync(join(project, path)), Deno.errors.NotFound, path);
  }
});

Deno.test("--repair renames old variables and nothing else", async () => {
  using home = newHome();
  const text =
    '{"mcpServers": {"kioku_mesh": {"command": "/x/kioku-mesh-mcp", "env": {"MESH_MEM_AGENT_FAMILY": "claude", "MESH_MEM_CLIENT_ID": "c", "KIOKU_MESH_CLIENT_ID": "d"}}}}';
  Deno.writeTextFileSync(home.at(".claude.json"), text);
  const repair = ["mcp", "install", "--client", "claude-code", "--repair", "--yes"];
  await home.ok(repair);
  const repaired = text.replace("MESH_MEM_AGENT_FAMILY", "KIOKU_MESH_AGENT_FAMILY");
  assert.equal(Deno.readTextFileSync(home.at(".claude.json")), repaired);
  assert.match(await home.ok(repair), /already uses the current KIOKU_MESH_\* prefix; nothing to repair/);
  assert.equal((await home.run([...repair, "--name", "other"])).code, 1);
  const project = home.at("app");
  Deno.mkdirSync(project);
  Deno.writeTextFileSync(join(project, ".mcp.json"), text);
  const { code, stderr } = await home.run(repair, { cwd: project });
  assert.equal(code, 1);
  assert.match(stderr, /several places \(user, project\)/);
});

Deno.test("verify says why a server does not work, and leaves nothing behind", async () => {
  using home = newHome();
  const servers = {
    gone: { command: home.at("nowhere", "kioku-mesh"), args: ["mcp", "serve"] },
    talks: { command: "sh", args: ["-c", "echo hello; echo trouble >&2; exit 3", "kioku-mesh-mcp"] },
    kioku_mesh: { command: "sh", args: ["-c", "cat >/dev/null", "kioku-mesh-mcp"] },
  };
  Deno.writeTextFileSync(home.at(".claude.json"), JSON.stringify({ mcpServers: servers }));
  const { code, stdout } = await home.run(["mcp", "verify", "--name", "talks"]);
  assert.equal(code, 1);
  assert.match(stdout, /talks does not work: ended without an answer; it says: trouble/);
  const gone = await home.run(["mcp", "verify", "--name", "gone", "--json"]);
  assert.match(JSON.parse(gone.stdout).servers[0].why, /nowhere\/kioku-mesh is not there/);
  assert.match(await home.ok(["mcp", "list"]), /gone \(user[^\n]*WHICH IS NOT THERE/);
  assert.equal((await home.run(["mcp", "verify", "--client", "zed"])).code, 1);
});

Deno.test("a person is shown the change and asked", { ignore: !hasScript() }, async () => {
  using home = newHome();
  Deno.mkdirSync(home.at(".cursor"));
  const said = await typed(home, ["mcp", "install"], "n\n");
  assert.match(said, /\+ *"kioku_mesh": \{[^]*Register kioku_mesh with Cursor\? \[y\/N\]/);
  assert.throws(() => Deno.statSync(home.at(".cursor", "mcp.json")), Deno.errors.NotFound);
  await typed(home, ["mcp", "install", "--no-habits"], "y\n");
  assert.match(Deno.readTextFileSync(home.at(".cursor", "mcp.json")), /kioku_mesh/);
  const { code, stderr } = await home.run(["mcp", "uninstall"]);
  assert.equal(code, 2);
  assert.match(stderr, /Add --yes/);
});

function hasScript(): boolean {
  try {
    return new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

// Runs the program on a terminal of its own, at which somebody types.
async function typed(home: Home, words: readonly string[], answer: string): Promise<string> {
  const { command, args, env, cwd } = home.invocation(words);
  const line = [command, ...args].map((word) => `'${word}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["-qec", line, "/dev/null"],
    env,
    cwd,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(answer));
  const { stdout } = await child.output();
  await writer.close().catch(() => {});
  return new TextDecoder().decode(stdout);
}

function lay(home: Home, { path, text, link, mode }: Sample): string {
  const place = home.at(...path.split("/"));
  Deno.mkdirSync(dirname(place), { recursive: true });
  const file = link ? home.at("dotfiles", path.replaceAll("/", "_")) : place;
  if (link) {
    Deno.mkdirSync(dirname(file));
    Deno.symlinkSync(file, place);
  }
  Deno.writeTextFileSync(file, text);
  if (mode !== undefined) Deno.chmodSync(file, mode);
  return file;
}

function mode(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

function holdsInOrder(longer: string, text: string): boolean {
  let at = 0;
  for (let index = 0; index < longer.length && at < text.length; index++) {
    if (longer.charAt(index) === text.charAt(at)) at++;
  }
  return at === text.length;
}

// Files with something of ours in them, but for copies, the memory itself and what it knows of clients.
function ours(home: Home): string[] {
  return tree(home).filter((path) =>
    !path.includes(".bak-") && Deno.statSync(path).isFile && /kioku/.test(Deno.readTextFileSync(path))
  );
}

function tree(home: Home, folder = home.path): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (path === home.state || /\/\.?cache$/.test(path)) return [];
    return isDirectory ? [path, ...tree(home, path)] : [path];
  }).sort();
}

// A checkout below a temporary folder is warned of, rightly.
function errors(stderr: string): string {
  return stderr.replace(/^warning: .* is in a folder that is emptied from time to time\..*\n/, "");
}
