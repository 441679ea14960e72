import type { CallToolResult, McpServer, ToolAnnotations } from "@modelcontextprotocol/server";
import type * as z from "zod";
import type { Micros } from "../core/clock.ts";
import { KiokuError, messageOf } from "../core/errors.ts";
import type { MemoryContext } from "../memory/context.ts";
import { neutralise } from "../memory/render/neutralise.ts";
import type { Surroundings } from "../messaging/agents.ts";
import { unreadLine } from "../messaging/unread.ts";
import { shown } from "./schema.ts";

/** What every tool works with. */
export interface Session {
  readonly memory: MemoryContext;
  /** When this server began to serve. */
  readonly startedAt: Micros;
  /** Whether the process that talks to the mesh runs on this host now. */
  readonly peerRuns: () => boolean;
  /** How other sessions are looked for. */
  readonly agents: Surroundings;
  /** A sentence for results that may lack what the mesh has. */
  readonly behind: (nothingFound: boolean) => string | undefined;
  /** What the user should know about the memory, such as that an older folder is in use. */
  readonly notices: readonly string[];
}

/** What a tool answers: the same for an agent that reads text and for a program that reads the structure. */
export interface Answer<Structure> {
  readonly text: string;
  readonly structure: Structure;
}

/** A tool as it is offered, and what it does. */
export interface ToolSpec<Input, Output extends Record<string, unknown>> {
  readonly name: string;
  readonly annotations: Required<ToolAnnotations>;
  readonly description: string;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  run(session: Session, input: Input): Answer<Output>;
}

/** A tool that can be put into a server. */
export interface Tool {
  readonly name: string;
  register(server: McpServer, session: Session): void;
}

/** Makes a tool. Whatever it throws becomes an error result of one line; the server lives on. */
export function tool<Input, Output extends Record<string, unknown>>(spec: ToolSpec<Input, Output>): Tool {
  const { name, description, annotations } = spec;
  return {
    name,
    register(server, session) {
      const config = {
        description,
        annotations,
        inputSchema: shown(spec.input),
        outputSchema: shown(spec.output),
      };
      server.registerTool(name, config, (input) => answer(session, () => spec.run(session, input)));
    },
  };
}

function answer(session: Session, run: () => Answer<Record<string, unknown>>): CallToolResult {
  try {
    const { text, structure } = run();
    // Nothing else wakes today's clients, so mail shows at whatever tool is called next.
    const unread = unreadLine(session.memory);
    if (unread === undefined) return { content: [{ type: "text", text }], structuredContent: structure };
    return {
      content: [{ type: "text", text: `${text}\n[${unread}]` }],
      structuredContent: { ...structure, unread },
    };
  } catch (error) {
    const message = error instanceof KiokuError
      ? error.message
      : `Cannot go on: ${messageOf(error)} (unexpected; please report it).`;
    return { content: [{ type: "text", text: neutralise(message) }], isError: true };
  }
}
