import assert from "node:assert/strict";
import { VERSION } from "../../lib/core/version.ts";
import { type RawServer, startServer } from "./support/mcp.ts";
import { newHome } from "./support/program.ts";

/** The protocol versions that open with `initialize`. */
const OLDER = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/** What a tool answers a client that knows nothing. */
async function rawCall(server: RawServer, name: string, input: Record<string, unknown>) {
  const { result } = await server.request("tools/call", { name, arguments: input });
  const content: readonly { text: string }[] = Object(result).content;
  return { text: content[0]?.text ?? "", isError: Object(result).isError === true };
}

const MEMORY = {
  content: "Postgres, because of JSON",
  subject: "analytics db",
  summary: "Postgres for analytics",
};

for (const version of OLDER) {
  Deno.test(`a client of ${version} is served`, async () => {
    using home = newHome();
    const server = startServer(home);
    const { result } = await server.initialize(version);
    assert.equal(result?.protocolVersion, version);
    assert.deepEqual(result?.serverInfo, { name: "kioku-mesh", version: VERSION });
    assert.match(String(result?.instructions), /PROACTIVE SAVE/);
    assert.deepEqual((await server.request("ping")).result, {});
    const { result: list } = await server.request("tools/list");
    assert.equal(Object(list).tools.length, 12);
    assert.ok(!(await rawCall(server, "save_observation", MEMORY)).isError);
    assert.match(
      (await rawCall(server, "search_memory", { query: "postgres" })).text,
      /Postgres for analytics <id=/,
    );
    const { code, lines, stderr } = await server.end();
    assert.equal(code, 0);
    assert.equal(stderr, "");
    assert.equal(lines.length, 5, "nothing but answers");
  });
}

Deno.test("an unknown older version is offered the newest of them", async () => {
  using home = newHome();
  const server = startServer(home);
  assert.equal((await server.initialize("1999-01-01")).result?.protocolVersion, "2025-11-25");
  assert.equal((await server.end()).code, 0);
});

Deno.test("end of input ends the server at once, with everything saved and answered", async () => {
  using home = newHome();
  const requests = [
    {
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "a", version: "1" } },
    },
    ...Array.from(
      { length: 20 },
      (_, i) => ({
        id: i + 2,
        method: "tools/call",
        params: { name: "save_observation", arguments: MEMORY },
      }),
    ),
  ];
  const stdin = requests.map((request) => `${JSON.stringify({ jsonrpc: "2.0", ...request })}\n`).join("");
  const { code, stdout, stderr } = await home.run(["mcp", "serve"], { stdin });
  assert.equal(code, 0);
  assert.equal(stderr, "");
  assert.equal(stdout.trimEnd().split("\n").length, 21);
  const found = await home.ok(["search", "--json"]);
  assert.equal(found.match(/"observation_id"/g)?.length, 20);
  assert.equal((await home.run(["mcp", "serve"])).code, 0, "an empty input");
});

Deno.test("garbage on standard input disturbs nothing", async () => {
  using home = newHome();
  const server = startServer(home);
  await server.write(
    'garbage\n\n{\n[]\n{"jsonrpc":"2.0"}\nnull\n\x00\xff\n{"jsonrpc":"1.0","id":7,"method":"ping"}\n',
  );
  await server.initialize("2025-11-25");
  await server.write('{"a":1}\n"text"\n');
  assert.ok(!(await rawCall(server, "save_observation", MEMORY)).isError);
  const unknown = await server.request("tools/call", { name: "nothing", arguments: {} });
  assert.equal(unknown.error?.code, -32602);
  assert.equal((await server.request("no/such/method")).error?.code, -32601);
  const { code, lines } = await server.end();
  assert.equal(code, 0);
  for (const line of lines) assert.equal(Object(JSON.parse(line)).jsonrpc, "2.0");
});

Deno.test("mcp without serve, and any other action, say what there is", async () => {
  using home = newHome();
  for (const args of [["mcp"], ["mcp", "start"]]) {
    const { code, stderr, stdout } = await home.run(args);
    assert.equal(code, 2);
    assert.match(stderr, /mcp/);
    assert.equal(stdout, "");
  }
});

Deno.test("what is wrong with the surroundings is one line on standard error", async () => {
  using home = newHome({ KIOKU_MESH_DEFAULT_VISIBILITY: "everybody" });
  const { code, stdout, stderr } = await home.run(["mcp", "serve"]);
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /^error: Cannot use KIOKU_MESH_DEFAULT_VISIBILITY[^\n]*\n$/);
});

Deno.test("a terminal is told how to use this, in one line", { ignore: !hasScript() }, async () => {
  using home = newHome();
  const { command, args, env, cwd } = home.invocation(["mcp", "serve"]);
  const line = [command, ...args].map((word) => `'${word}'`).join(" ");
  const script = new Deno.Command("script", {
    args: ["-qec", line, "/dev/null"],
    env,
    cwd,
    clearEnv: true,
    stdin: "null",
  });
  const { code, stdout } = await script.output();
  assert.equal(code, 2);
  assert.match(
    new TextDecoder().decode(stdout),
    // From source Deno may say on a terminal that another process has its cache.
    /^(?:Failed to open cache file [^\n]*\n)*error: Cannot serve MCP to a terminal[^\n]*KIOKU_MESH_MCP_ALLOW_TTY=1[^\n]*\n$/,
  );
});

// util-linux's script, which makes a terminal; elsewhere the test is left out.
function hasScript(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    return new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}
