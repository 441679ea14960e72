/**
 * Shows what kioku-mesh does: `deno task try`. Runs the real command line and a real MCP conversation, in a throw-away
 * home, and removes it. Runs the source, or the executable that KIOKU_BIN names.
 */
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { EXECUTABLE, type Home, newHome } from "../tests/e2e/support/program.ts";

const CHOICE =
  "We chose SQLite in WAL mode for the session store: one file, and readers never wait for the writer.";
const JAPANESE = "検索の索引は設計上いつでも作り直せる。壊れても保存は止まらない。";

{
  using home = newHome({ KIOKU_MESH_CLIENT_ID: "you@here" });
  say(`A new home, ${home.path}, is all that kioku-mesh sees. It runs ${EXECUTABLE ?? "from source"}.`);
  heading("The command line: save two memories and find them");
  await show(home, [
    "save",
    CHOICE,
    "--memory-type",
    "decision",
    "--project",
    "demo",
    "--tags",
    "db,storage",
  ]);
  await show(home, ["save", JAPANESE, "--subject", "検索の索引の設計", "--project", "demo"]);
  await show(home, ["search", "sqlite session"], CHOICE.slice(0, 14));
  await show(home, ["search", "設計"], "検索の索引の設計");
  await show(home, ["status"], "observations_live: 2");
  heading("An agent, over MCP: recall what the person saved, save something, find it");
  await converse(home);
  heading("And the command line finds what the agent saved");
  await show(home, ["search", "retry"], "retry");
}
say("", 'The home is removed. To use kioku-mesh for real: deno task compile, then dist/kioku-mesh save "…".');

async function show(home: Home, args: readonly string[], expected = ""): Promise<void> {
  say(`$ kioku-mesh ${args.map((arg) => /^[\w-]+$/.test(arg) ? arg : `"${arg}"`).join(" ")}`);
  const { code, stdout, stderr } = await home.run(args);
  say(indented(stdout + stderr));
  if (code !== 0) throw new Error(`Cannot go on: the command ended with ${code}.`);
  check(stdout, expected);
}

async function converse(home: Home): Promise<void> {
  const { command, args, env, cwd } = home.invocation(["mcp", "serve"], {
    env: { KIOKU_MESH_AGENT_FAMILY: "claude" },
  });
  const client = new Client({ name: "kioku-mesh-try", version: "1.0.0" });
  await client.connect(new StdioClientTransport({ command, args, env, cwd, stderr: "inherit" }));
  try {
    const { tools } = await client.listTools();
    const server = client.getServerVersion();
    say(
      `connected to ${server?.name} ${server?.version}; tools: ${tools.map(({ name }) => name).join(", ")}`,
    );
    await call(client, "recall_context", { project: "demo" }, "SQLite");
    const learnt = {
      content:
        "The upload client must retry on 429 with the Retry-After header; a fixed delay was refused for hours.",
      subject: "Upload client: retry on 429",
      summary: "Retry on 429 must follow Retry-After.",
      project: "demo",
      memory_type: "bug",
      importance: 4,
    };
    await call(client, "save_observation", learnt, "saved");
    await call(client, "search_memory", { query: "索引" }, "検索の索引の設計");
  } finally {
    await client.close();
  }
}

async function call(
  client: Client,
  name: string,
  given: Record<string, unknown>,
  expected: string,
): Promise<void> {
  say(`> ${name} ${JSON.stringify(given)}`);
  const { content, isError } = await client.callTool({ name, arguments: given });
  const answer = content.map((part) => part.type === "text" ? part.text : `(${part.type})`).join("\n");
  say(indented(answer));
  if (isError) throw new Error(`Cannot go on: ${name} answered with an error.`);
  check(answer, expected);
}

function check(answer: string, expected: string): void {
  if (!answer.includes(expected)) throw new Error(`Cannot go on: the answer lacks "${expected}".`);
}

function heading(text: string): void {
  say("", `== ${text}`);
}

function indented(text: string): string {
  return text.trimEnd().split("\n").map((line) => `    ${line}`).join("\n");
}

function say(...lines: string[]): void {
  const bytes = new TextEncoder().encode(`${lines.join("\n")}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
