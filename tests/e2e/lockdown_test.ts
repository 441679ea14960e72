import assert from "node:assert/strict";
import { join } from "node:path";
import { permissionFlags, PERMISSIONS } from "../../lib/cli/access.ts";
import { PROJECT } from "../support/source.ts";
import { EXECUTABLE, type Home, newHome } from "./support/program.ts";

/** The modes that open first and then give everything up (DESIGN §3), with what makes them use the clock. */
const MODES: readonly (readonly [args: readonly string[], stdin: string])[] = [
  [["save", "some text"], ""],
  [["search", "text"], ""],
  [["gc"], ""],
  [["mcp", "serve"], conversation()],
];

for (const [args, stdin] of MODES) {
  Deno.test(`${args.join(" ")}: an attacker inside gets nowhere`, async () => {
    using home = newHome();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response("hello"),
    );
    Deno.writeTextFileSync(home.at("port"), String(server.addr.port));
    Deno.mkdirSync(home.at(".ssh"));
    Deno.writeTextFileSync(home.at(".ssh", "id"), "precious");
    const report = await attack(home, args, stdin);
    assert.ok(report.count >= 25, `only ${report.count} attacks ran`);
    assert.deepEqual(report.worked, []);
    assert.equal(Deno.readTextFileSync(home.at(".ssh", "id")), "precious");
  });
}

async function attack(
  home: Home,
  args: readonly string[],
  stdin: string,
): Promise<{ count: number; worked: string[] }> {
  const { command, env, cwd } = home.invocation(args);
  const start = attacker(args);
  const child = new Deno.Command(start.command ?? command, {
    args: start.args,
    env,
    cwd,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { stderr } = await child.output();
  const text = new TextDecoder().decode(stderr);
  const line = text.split("\n").find((each) => each.startsWith('{"count"'));
  assert.ok(line !== undefined, `the attack never began: the program did not lock itself down\n${text}`);
  return JSON.parse(line);
}

function attacker(args: readonly string[]): { command?: string; args: string[] } {
  if (EXECUTABLE === undefined) {
    const program = join(PROJECT, "tests", "e2e", "attack", "program.ts");
    const config = join(PROJECT, "deno.json");
    return {
      args: [
        "run",
        "--quiet",
        "--cached-only",
        "--config",
        config,
        ...permissionFlags(PERMISSIONS),
        program,
        ...args,
      ],
    };
  }
  const command = Deno.env.get("KIOKU_ATTACK_BIN");
  assert.ok(
    command,
    "KIOKU_ATTACK_BIN must name the compiled tests/e2e/attack/program.ts when KIOKU_BIN is set",
  );
  return { command: join(PROJECT, command), args: [...args] };
}

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
