import assert from "node:assert/strict";
import { attack, layTraps } from "./attack/attack.ts";
import { EXECUTABLE, newHome } from "./support/program.ts";

/** The modes that open first and then give everything up (DESIGN §3), with what makes them use the clock. */
const MODES: readonly (readonly [args: readonly string[], stdin: string])[] = [
  [["save", "some text"], ""],
  [["search", "text"], ""],
  [["gc"], ""],
  [["mcp", "serve"], conversation()],
  [["hook", "session-start", "--client", "claude-code"], '{"source": "startup"}'],
];

/** What a program compiled with Deno 2.6.10 does without a permission; docs/security.md says so. */
const OPEN: readonly string[] = EXECUTABLE === undefined ? [] : ["import a file"];

/** What whoever may serve a page on this machine may do. */
const LOOPBACK = ["listen", "listen to other hosts", "connect", "connect through node", "fetch"];

for (const [args, stdin] of MODES) {
  Deno.test(`${args.join(" ")}: an attacker inside gets nowhere`, async () => {
    using home = newHome();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response("hello"),
    );
    layTraps(home, server.addr.port);
    const report = await attack(home, args, stdin);
    assert.ok(report.count >= 30, `only ${report.count} attacks ran`);
    assert.deepEqual(report.worked, OPEN);
    assert.equal(Deno.readTextFileSync(home.at(".ssh", "id")), "precious");
  });
}

Deno.test("ui: an attacker inside reaches the network of this machine, and nothing else", async () => {
  using home = newHome();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("hello"),
  );
  layTraps(home, server.addr.port);
  const visit = async (address: string) => {
    const admitted = await fetch(address, { redirect: "manual" });
    await admitted.body?.cancel();
    const cookie = admitted.headers.get("set-cookie")?.split(";")[0] ?? "";
    const page = await fetch(new URL("/", address), { headers: { cookie } });
    assert.equal(page.status, 200);
    await page.body?.cancel();
  };
  const report = await attack(home, ["ui"], "", visit);
  assert.deepEqual(report.worked.toSorted(), [...OPEN, ...LOOPBACK].toSorted());
  assert.equal(Deno.readTextFileSync(home.at(".ssh", "id")), "precious");
});

Deno.test("mcp verify: an attacker inside can start programs, as what is registered could, and do nothing else", async () => {
  using home = newHome();
  // Nobody has to listen there. Not a port that `fetch` refuses by itself.
  layTraps(home, 47_111);
  const servers = { kioku_mesh: { command: "true", args: ["mcp", "serve"] } };
  Deno.writeTextFileSync(home.at(".claude.json"), JSON.stringify({ mcpServers: servers }));
  const { count, worked } = await attack(home, ["mcp", "verify", "--name", "kioku_mesh"], "");
  assert.ok(count >= 30, `only ${count} attacks ran`);
  // No database is open in this mode, so that what needs one does nothing.
  const harmless = ["attach another database", "copy the database elsewhere", "load an extension", ...OPEN];
  assert.deepEqual(worked.filter((name) => !harmless.includes(name)), ["run a process"]);
});

function conversation(): string {
  const messages = [
    {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } },
    },
    { jsonrpc: "2.0", method: "notifications/initialized" },
    {
      jsonrpc: "2.0",
      id: 2,
      method: "tools/call",
      params: {
        name: "save_observation",
        arguments: { content: "text", subject: "subject", summary: "summary" },
      },
    },
  ];
  return messages.map((message) => `${JSON.stringify(message)}\n`).join("");
}
