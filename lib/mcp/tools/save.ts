import * as z from "zod";
import { type Micros, SECOND } from "../../core/clock.ts";
import { UsageError } from "../../core/errors.ts";
import { pythonJson } from "../../core/json.ts";
import { scopeLabel } from "../../core/scope.ts";
import { formatTime, parseTime } from "../../core/time.ts";
import type { MemoryContext } from "../../memory/context.ts";
import { hasToolCallFragment } from "../../memory/fragment.ts";
import { fullIds } from "../../memory/full_ids.ts";
import { inline } from "../../memory/render/neutralise.ts";
import { requireSubjectAndSummary } from "../../memory/required.ts";
import { type Sharing, sharing } from "../../memory/sharing.ts";
import { saveMemory } from "../../memory/save.ts";
import { filled, memoryType, visibility } from "../parameters.ts";
import { maybe, texts } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** Ten years, in seconds: what is to live longer needs no end. */
const LONGEST_TTL = 315_360_000;

/** `save_observation`. */
export const saveObservation: Tool = tool({
  name: "save_observation",
  annotations: {
    title: "Save a memory",
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  description: "Save one memory for later sessions and other agents. What looks like a secret is refused.",
  input: z.strictObject({
    content: z.string(),
    subject: z.string().describe("short title with the names to search for"),
    summary: z.string().describe("one sentence"),
    project: maybe(z.string()),
    tags: maybe(texts),
    memory_type: maybe(memoryType),
    importance: maybe(z.int().min(1).max(5)).describe("default 2"),
    source_files: maybe(texts),
    references: maybe(texts),
    supersedes: maybe(texts).describe("ids this one replaces"),
    visibility,
    expires_at: maybe(z.string()),
    ttl_sec: maybe(z.int().min(0).max(LONGEST_TTL)),
    allow_secret: maybe(z.boolean()),
  }),
  output: z.object({
    observation_id: z.string(),
    status: z.string(),
    visibility: z.string(),
    expires_at: z.string().optional(),
    warnings: z.array(z.object({ code: z.string(), message: z.string() })),
    supersede_candidates: z.array(
      z.object({ observation_id: z.string(), created_at: z.string(), summary: z.string() }),
    ),
  }),
  run({ memory, peerRuns }, input) {
    if (input.content.trim() === "") {
      throw new UsageError("Cannot save: the content is empty. Give some text.");
    }
    requireSubjectAndSummary(input.subject, input.summary);
    refuseFragments(input);
    const { observation, warnings, candidates } = saveMemory(memory, {
      content: input.content,
      subject: input.subject,
      summary: input.summary,
      project: input.project?.trim() ?? "",
      tags: filled(input.tags),
      memoryType: input.memory_type ?? "note",
      importance: input.importance ?? 2,
      sourceFiles: filled(input.source_files),
      references: filled(input.references),
      supersedes: fullIds(memory, filled(input.supersedes)),
      visibility: input.visibility,
      expiresAt: expiry(input.expires_at, input.ttl_sec, memory),
      allowSecret: input.allow_secret ?? false,
    });
    const structure = {
      observation_id: observation.id,
      status: "saved",
      visibility: scopeLabel(observation.scope),
      ...(observation.expiresAt === undefined ? {} : { expires_at: formatTime(observation.expiresAt) }),
      warnings: [
        ...warnings.map(({ code, message }) => ({ code, message })),
        ...notShared(sharing(memory, peerRuns)),
      ],
      supersede_candidates: candidates.map(({ id, createdAt, summary, subject }) => ({
        observation_id: id,
        created_at: formatTime(createdAt).slice(0, 10),
        summary: inline(summary || subject),
      })),
    };
    return { text: pythonJson(structure), structure };
  },
});

function notShared(shared: Sharing | undefined): { code: string; message: string }[] {
  return shared?.warning === undefined ? [] : [{ code: "NOT_SHARED", message: shared.warning }];
}

function refuseFragments(input: { content: string; subject: string; summary: string }): void {
  const fields = [["content", input.content], ["subject", input.subject], [
    "summary",
    input.summary,
  ]] as const;
  for (const [name, text] of fields) {
    if (!hasToolCallFragment(text)) continue;
    throw new UsageError(
      `Cannot save: the ${name} holds a piece of a tool call. Call again with each parameter in its own place.`,
    );
  }
}

function expiry(at: string | undefined, ttl: number | undefined, memory: MemoryContext): Micros | undefined {
  if (at === undefined) return ttl === undefined || ttl === 0 ? undefined : memory.clock() + ttl * SECOND;
  if (ttl !== undefined && ttl > 0) {
    throw new UsageError("Cannot use expires_at and ttl_sec together. Give one of them.");
  }
  const time = parseTime(at);
  if (time !== undefined) return time;
  throw new UsageError(
    `Cannot use expires_at "${at}": it is not a time. Give 2026-01-31 or 2026-01-31T09:00:00Z.`,
  );
}
