import * as z from "zod";
import { answerPage, pageSchema } from "../page.ts";
import {
  cursor,
  detail,
  kinds,
  MAX_BYTES,
  maxBytes,
  memoryTypes,
  moment,
  searchMode,
  some,
} from "../parameters.ts";
import { maybe, texts } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** `search_memory`. */
export const searchMemory: Tool = tool({
  name: "search_memory",
  annotations: {
    title: "Search memories",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  description: "Find memories, best match first; without a query the newest first.",
  input: z.strictObject({
    query: maybe(z.string()).describe("a few proper nouns"),
    project: maybe(z.string()),
    memory_types: memoryTypes,
    tags: maybe(texts),
    agent_family: maybe(z.string()),
    client_id: maybe(z.string()),
    pc_id: maybe(z.string()),
    session_id: maybe(z.string()),
    since_iso: maybe(z.string()).describe("ISO time, or 7d"),
    until_iso: maybe(z.string()),
    search_mode: searchMode,
    include_superseded: maybe(z.boolean()),
    detail,
    limit: maybe(z.int().min(1).max(10_000)).describe("default 50"),
    max_bytes: maxBytes,
    cursor,
  }),
  output: pageSchema,
  run({ memory, behind }, input) {
    const request = {
      query: input.query ?? "",
      mode: input.search_mode,
      filters: {
        agentFamily: input.agent_family,
        clientId: input.client_id,
        pcId: input.pc_id,
        sessionId: input.session_id,
        project: input.project,
        tags: some(input.tags),
        memoryTypes: kinds(input.memory_types),
        since: moment("since_iso", input.since_iso, memory.clock),
        until: moment("until_iso", input.until_iso, memory.clock),
      },
      limit: input.limit ?? 50,
      includeSuperseded: input.include_superseded ?? false,
      cursor: input.cursor,
    };
    return answerPage(memory, request, {
      detail: input.detail ?? "compact",
      maxBytes: input.max_bytes ?? MAX_BYTES,
      head: () => [],
      none: "No matching memories.",
      behind,
    });
  },
});
