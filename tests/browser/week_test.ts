import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { freePort } from "../../lib/mesh/ports.ts";
import type { Home } from "../e2e/support/program.ts";
import { meshHome, start } from "../mesh/support/command.ts";
import { until } from "../mesh/support/host.ts";
import { withPage } from "./support/ui_page.ts";

/** A server as a client's configuration names it. */
interface Registered {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

/** An agent's own MCP client, with the server that is registered with it. */
async function agent(home: Home, { command, args, env }: Registered, project: string) {
  const surroundings = home.invocation([]).env;
  const client = new Client({ name: "agent", version: "1" });
  const transport = {
    command,
    args,
    env: { ...surroundings, ...env },
    cwd: project,
    stderr: "ignore",
  } as const;
  await client.connect(new StdioClientTransport(transport));
  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const { content, structuredContent, isError } = await client.callTool({ name, arguments: input });
    const [first] = content;
    const text = first?.type === "text" ? first.text : "";
    assert.ok(!isError, `${name}: ${text}`);
    return { text, structure: Object(structuredContent) };
  };
  return { call, [Symbol.asyncDispose]: () => client.close() };
}

/** What was written for Claude Code. */
function forClaude(home: Home): Registered {
  return JSON.parse(Deno.readTextFileSync(home.at(".claude.json"))).mcpServers.kioku_mesh;
}

/** What was written for Codex, read as far as this test needs it. */
function forCodex(home: Home): Registered {
  const text = Deno.readTextFileSync(home.at(".codex", "config.toml"));
  const value = (name: string) => JSON.parse(new RegExp(`^${name} = (.*)$`, "m").exec(text)?.[1] ?? "null");
  const variables = [...text.matchAll(/\b(KIOKU_MESH_\w+) = "([^"]*)"/g)].map((
    [, name = "", at = ""],
  ) => [name, at]);
  return { command: value("command"), args: value("args"), env: Object.fromEntries(variables) };
}

// The client's transport leaves timers behind that end by themselves, and Deno counts them.
Deno.test("a user's week", { sanitizeOps: false, sanitizeResources: false }, async () => {
  using laptop = meshHome({ KIOKU_MESH_AGENT_FAMILY: "", KIOKU_MESH_CLIENT_ID: "" });
  for (const name of [".claude", ".codex", "shop"]) Deno.mkdirSync(laptop.at(name));
  const project = laptop.at("shop");

  // Monday: two agents are given the memory.
  await laptop.ok(["mcp", "install", "--client", "claude-code", "codex-cli", "--yes", "--habits"]);
  assert.match(await laptop.ok(["mcp", "verify"]), /claude-code[^\n]*works[^]*codex-cli[^\n]*works/);
  {
    await using claude = await agent(laptop, forClaude(laptop), project);
    await claude.call("save_observation", {
      content: "Invoices are rounded per line, never in total: the tax office checks lines.",
      subject: "Tax rounding",
      summary: "Round tax per line",
      memory_type: "decision",
      project: "shop",
    });
  }

  // Tuesday: the other vendor's agent begins a session, and its hook tells it.
  const stdin = JSON.stringify({ cwd: project, source: "startup", hook_event_name: "SessionStart" });
  const { stdout } = await laptop.run(["hook", "session-start", "--client", "codex-cli"], { stdin });
  assert.match(stdout, /Tax rounding/);

  // Wednesday: one asks the other for something, and is told that it was read.
  {
    await using claude = await agent(laptop, forClaude(laptop), project);
    await using codex = await agent(laptop, forCodex(laptop), project);
    const sent = await codex.call("send_message", {
      to: "agent:claude-code",
      body: "Please review the rounding change.",
      requires_ack: true,
    });
    assert.match(
      (await claude.call("get_memory_status")).text,
      /unread|message/i,
      "any call says that mail waits",
    );
    const mail = await claude.call("check_messages");
    assert.match(mail.text, /review the rounding change/);
    await claude.call("ack_message", { msg_id: sent.structure.msg_id });
    const status = await laptop.ok(["message", "status", String(sent.structure.msg_id)], {
      env: { KIOKU_MESH_CLIENT_ID: "codex-cli" },
    });
    assert.match(status, /acknowledged/);
  }

  // Thursday: all is well, and a copy of everything is made.
  const doctor = await laptop.run(["doctor"]);
  assert.equal(doctor.code, 0, doctor.stdout);
  const file = laptop.at("memories.jsonl");
  await laptop.ok(["export", file]);

  // Friday: a new machine, which takes the copy, and then the mesh.
  using desktop = meshHome();
  await desktop.ok(["import", file]);
  assert.match(await desktop.ok(["search", "rounding"]), /Tax rounding/);
  const address = `tcp/127.0.0.1:${freePort()}`;
  await laptop.ok(["init", "--mode", "hub", "--listen", address, "--share", "all"]);
  await desktop.ok(["init", "--mode", "spoke", "--connect", address, "--share", "all"]);
  await using hub = start(laptop, ["peer"]);
  await hub.line(/router up/);
  await using spoke = start(desktop, ["peer"]);
  await spoke.line(/caught up/);
  await desktop.ok(["save", "The desktop builds the images.", "-p", "shop", "--wait"]);
  await until("it is on the laptop", async () => (await laptop.ok(["search", "images"])).includes("desktop"));
  const counted = async (home: Home) => JSON.parse(await home.ok(["status", "--json"])).observations_live;
  assert.deepEqual([await counted(laptop), await counted(desktop)], [2, 2], "nothing is there twice");

  // On the weekend somebody looks at it.
  await withPage(desktop, async (page, origin) => {
    assert.equal(await page.locator(".card").count(), 2);
    await page.goto(`${origin}/mesh`);
    assert.equal(await page.locator("tbody tr").count(), 2);
    assert.equal(await page.locator("line.link.up").count(), 1);
  });
});
