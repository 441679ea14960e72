import assert from "node:assert/strict";
import { type RawServer, type ServerEnd, startServer } from "../../e2e/support/mcp.ts";
import type { Home } from "../../e2e/support/program.ts";
import { meshHome, setUp, start } from "./command.ts";
import { until } from "./host.ts";

/** A message as an agent gets it. */
export interface Got {
  readonly id: string;
  readonly body: string;
  readonly isNew: boolean;
}

/** An agent with an MCP server of its own, a process of the program. */
export interface McpAgent extends AsyncDisposable {
  readonly session: string;
  /** Calls a tool and gives its structure; an error result fails the test. */
  call(name: string, input?: Record<string, unknown>): Promise<Readonly<Record<string, unknown>>>;
  /** Sends a message and gives its id. */
  send(to: string, body: string, more?: Record<string, unknown>): Promise<string>;
  /** What check_messages shows. */
  check(): Promise<Got[]>;
  /** Asks until there is something new, and gives that. */
  await(): Promise<Got[]>;
  ack(id: string): Promise<void>;
  kill(): Promise<void>;
  end(): Promise<ServerEnd>;
}

/** Starts an agent on a host. Its session is `session-` and its name. */
export async function startAgent(
  home: Home,
  name: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<McpAgent> {
  const session = `session-${name}`;
  const server: RawServer = startServer(home, {
    KIOKU_MESH_AGENT_FAMILY: "codex",
    KIOKU_MESH_CLIENT_ID: name,
    KIOKU_MESH_SESSION_ID: session,
    ...variables,
  });
  let over = false;
  await server.initialize("2025-06-18");
  const call = async (tool: string, input: Record<string, unknown> = {}) => {
    const { result } = await server.request("tools/call", { name: tool, arguments: input });
    assert.ok(result !== undefined && result.isError !== true, `${tool}: ${JSON.stringify(result)}`);
    const structure: Record<string, unknown> = { ...Object(result.structuredContent) };
    return structure;
  };
  const check = async (): Promise<Got[]> => {
    const { messages } = await call("check_messages", { limit: 100 });
    assert.ok(Array.isArray(messages));
    return messages.map(({ msg_id, body, new: isNew }) => ({
      id: String(msg_id),
      body: String(body),
      isNew,
    }));
  };
  const agent: McpAgent = {
    session,
    call,
    check,
    send: async (to, body, more = {}) => String((await call("send_message", { to, body, ...more })).msg_id),
    async await() {
      let found: Got[] = [];
      await until(`${name} gets something`, async () => {
        found = (await check()).filter(({ isNew }) => isNew);
        return found.length > 0;
      }, 30_000);
      return found;
    },
    ack: async (id) => void await call("ack_message", { msg_id: id }),
    async kill() {
      over = true;
      server.kill();
      await server.ended;
    },
    async end() {
      over = true;
      return await server.end();
    },
    async [Symbol.asyncDispose]() {
      if (!over) await agent.kill();
    },
  };
  return agent;
}

/** Two hosts in a mesh, each with an agent: alice on the hub, bob on a spoke. All ends with it. */
export async function twoAgents(): Promise<
  { readonly alice: McpAgent; readonly bob: McpAgent } & AsyncDisposable
> {
  const all = new AsyncDisposableStack();
  try {
    const hub = all.use(meshHome());
    const spoke = all.use(meshHome());
    await setUp(hub, spoke);
    const peers = [hub, spoke].map((home) => all.use(start(home, ["peer"])));
    await Promise.all(peers.map((peer) => peer.line(/caught up/)));
    const alice = all.use(await startAgent(hub, "alice"));
    const bob = all.use(await startAgent(spoke, "bob"));
    return { alice, bob, [Symbol.asyncDispose]: () => all.disposeAsync() };
  } catch (error) {
    await all.disposeAsync();
    throw error;
  }
}
