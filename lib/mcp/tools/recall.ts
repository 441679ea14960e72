import * as z from "zod";
import { formatTime } from "../../core/time.ts";
import type { MemoryContext } from "../../memory/context.ts";
import { describe } from "../../memory/find.ts";
import { inline } from "../../memory/render/neutralise.ts";
import type { Hit } from "../../memory/search/request.ts";
import { clip } from "../../core/bytes.ts";
import { type Item, SHORT, trimmed } from "../item.ts";
import { answerPage } from "../page.ts";
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
import { maybe, texts, undeclared } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** How much of the filters is repeated in the answer, in bytes. */
const FILTERS = 300;

/** `recall_context`. */
export const recallContext: Tool = tool({
  name: "recall_context",
  annotations: {
    title: "Recall a project's context",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  description:
    "What is known about a project or topic, grouped by project and kind, with contents as far as they fit.",
  input: z.strictObject({
    query: maybe(z.string()),
    project: maybe(z.string()),
    memory_types: memoryTypes,
    source_files: maybe(texts),
    references: maybe(texts),
    tags: maybe(texts),
    since_iso: maybe(z.string()),
    search_mode: searchMode,
    detail,
    limit: maybe(z.int().min(1).max(100)).describe("default 20"),
    max_bytes: maxBytes,
    cursor,
  }),
  // As that of search_memory.
  output: undeclared,
  run({ memory, behind }, input) {
    const lists = {
      memoryTypes: kinds(input.memory_types),
      sourceFiles: some(input.source_files),
      references: some(input.references),
      tags: some(input.tags),
    };
    const request = {
      query: input.query ?? "",
      mode: input.search_mode,
      filters: {
        project: input.project,
        ...lists,
        since: moment("since_iso", input.since_iso, memory.clock),
      },
      limit: input.limit ?? 20,
      includeSuperseded: false,
      cursor: input.cursor,
    };
    const filters = clip(
      [
        ["query", input.query],
        ["project", input.project],
        ["memory_types", lists.memoryTypes],
        ["source_files", lists.sourceFiles],
        ["references", lists.references],
        ["tags", lists.tags],
        ["since", input.since_iso],
      ].flatMap(([name, value]) => value === undefined ? [] : [`${name}=${inline(JSON.stringify(value))}`])
        .join(" ") || "none",
      FILTERS,
    );
    return answerPage(memory, request, {
      detail: input.detail ?? "full",
      maxBytes: input.max_bytes ?? MAX_BYTES,
      head: (results) => [`recall_context: ${results} result(s)`, `filters: ${filters}`],
      none: "No matching current context.",
      behind,
      heading: (item) => `### project=${item.project || "-"} / memory_type=${item.memory_type}`,
      details: (hit, item) => details(memory, hit, item),
    });
  },
});

function details(memory: MemoryContext, { stored }: Hit, item: Item): string {
  const { sourceFiles, references, supersedes } = trimmed(stored.observation, SHORT);
  const { state, supersededBy } = describe(memory, stored);
  const { origin, scope, signature } = item;
  const lines: readonly (readonly [label: string, value: string])[] = [
    ["id", item.observation_id],
    ["state", state],
    ["importance", String(item.importance)],
    ["created_at", formatTime(stored.observation.createdAt)],
    ["origin", `${origin.agent_family}/${origin.client_id} (${origin.pc} pc, ${scope})`],
    ...(signature === undefined ? [] : [["signature", signature]] as const),
    ["subject", item.subject],
    ["summary", item.summary],
    ["tags", item.tags.join(", ")],
    ["source_files", sourceFiles.join(", ")],
    ["references", references.join(", ")],
    ...(supersedes.length === 0 ? [] : [["supersedes", supersedes.join(", ")]] as const),
    ...(supersededBy.length === 0
      ? []
      : [["superseded_by", supersededBy.slice(0, SHORT.ids).join(", ")]] as const),
  ];
  return [...lines.map(([label, value]) => `${label}: ${value || "-"}`), "content:"].join("\n");
}
