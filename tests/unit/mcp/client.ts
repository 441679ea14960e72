import assert from "node:assert/strict";
import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { mcpServer } from "../../../lib/mcp/server.ts";
import { type ContextParts, type TestContext, testContext } from "../../support/context.ts";

/** How a client opens: with `initialize`, or as since 2026-07-28. */
export type Era = "legacy" | "modern";

/** What a tool answered. */
export interface Answered {
  readonly text: string;
  readonly isError: boolean;
  readonly structure: Readonly<Record<string, unknown>>;
}

/** A memory with the server on it and the official client before it, in this process. */
export interface Connected extends AsyncDisposable {
  readonly memory: TestContext;
  readonly client: Client;
  /** Calls a tool; the client checks structured content against the tool's schema. */
  call(name: string, input?: Record<string, unknown>): Promise<Answered>;
  /** Calls a tool; an error result fails the test. */
  ok(name: string, input?: Record<string, unknown>): Promise<Answered>;
  /** Saves a memory and gives its id. */
  save(input: Record<string, unknown>): Promise<string>;
}

/** Connects a client to a server on a memory of its own. */
export async function connect(
  parts: ContextParts & {
    readonly peerRuns?: boolean;
    /** The session locks that somebody holds. */
    readonly held?: readonly number[];
    readonly behind?: (nothing: boolean) => string | undefined;
  } = {},
  era: Era = "legacy",
): Promise<Connected> {
  const memory = testContext(parts);
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const session = {
    memory,
    startedAt: memory.clock(),
    peerRuns: () => parts.peerRuns ?? false,
    agents: {
      isHeld: (slot: number) => parts.held?.includes(slot) ?? false,
      peerRuns: () => parts.peerRuns ?? false,
      hostName: "mbp",
    },
    behind: (nothing: boolean) => parts.behind?.(nothing),
    notices: ["a notice"],
  };
  const handle = serveStdio(() => mcpServer(session), { transport: serverSide });
  const client = new Client({ name: "test", version: "1" }, {
    versionNegotiation: { mode: era === "modern" ? { pin: "2026-07-28" } : "legacy" },
  });
  await client.connect(clientSide);
  await client.listTools();
  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const result = await client.callTool({ name, arguments: input });
    const [first] = result.content;
    assert.ok(first?.type === "text" && result.content.length === 1, `${name} answers with one text`);
    const structure: Record<string, unknown> = { ...Object(result.structuredContent) };
    return { text: first.text, isError: result.isError ?? false, structure };
  };
  const ok = async (name: string, input?: Record<string, unknown>) => {
    const answered = await call(name, input);
    assert.equal(answered.isError, false, answered.text);
    return answered;
  };
  return {
    memory,
    client,
    call,
    ok,
    async save(input) {
      const { structure } = await ok("save_observation", {
        subject: "subject",
        summary: "summary",
        content: "content",
        ...input,
      });
      return String(structure.observation_id);
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await handle.close();
      memory[Symbol.dispose]();
    },
  };
}

/** The results of a page. */
export function results({ structure }: Answered): Readonly<Record<string, unknown>>[] {
  assert.ok(Array.isArray(structure.results));
  return structure.results;
}
