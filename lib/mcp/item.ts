import { z } from "zod";
import { scopeLabel } from "../core/scope.ts";
import { formatTime } from "../core/time.ts";
import { deriveSummary } from "../memory/derive.ts";
import type { Observation } from "../memory/observation.ts";
import { inline, neutralise } from "../memory/render/neutralise.ts";
import { originOf } from "../memory/render/origin.ts";
import type { Hit } from "../memory/search/request.ts";
import { clip } from "./bytes.ts";
import { texts } from "./schema.ts";

/** A memory in a result. */
export const itemSchema = z.object({
  observation_id: z.string(),
  subject: z.string(),
  summary: z.string(),
  project: z.string(),
  memory_type: z.string(),
  importance: z.number(),
  created_at: z.string(),
  tags: texts,
  origin: z.object({ agent_family: z.string(), client_id: z.string(), pc: z.enum(["this", "other"]) }),
  scope: z.string(),
  snippet: z.string().optional(),
  content: z.string().optional(),
});

/** A memory in a result. */
export type Item = z.output<typeof itemSchema>;

/**
 * The longest each field of a result may be, in bytes: one entry always fits into the smallest budget, even where every
 * character is one that JSON escapes.
 */
const LONGEST = { subject: 240, summary: 600, name: 120, list: 240, snippet: 300 };

/** What search results hold of an observation: its short fields, cut to lengths that a result can bear. */
export function shortened(observation: Observation): Observation {
  const { author } = observation;
  return {
    ...observation,
    subject: clip(inline(observation.subject), LONGEST.subject),
    summary: clip(inline(observation.summary) || deriveSummary(inline(observation.content.slice(0, 2000))), LONGEST.summary),
    project: clip(inline(observation.project), LONGEST.name),
    tags: few(observation.tags),
    sourceFiles: few(observation.sourceFiles),
    references: few(observation.references),
    author: {
      ...author,
      agentFamily: clip(inline(author.agentFamily), LONGEST.name),
      clientId: clip(inline(author.clientId), LONGEST.name),
    },
  };
}

/** A hit as structured content, without its content. */
export function itemOf(observation: Observation, hit: Hit, pcId: string): Item {
  const origin = originOf(observation, pcId);
  const snippet = snippetOf(observation, hit);
  return {
    observation_id: observation.id,
    subject: observation.subject,
    summary: observation.summary,
    project: observation.project,
    memory_type: observation.memoryType,
    importance: observation.importance,
    created_at: formatTime(observation.createdAt),
    tags: [...observation.tags],
    origin: { agent_family: origin.agentFamily, client_id: origin.clientId, pc: origin.pc },
    scope: scopeLabel(observation.scope),
    ...(snippet === undefined ? {} : { snippet }),
  };
}

/** The same item with its content. */
export function withContent(item: Item, content: string): Item {
  const { snippet: _, ...rest } = item;
  return { ...rest, content: neutralise(content) };
}

/** Where a memory comes from, in words: who, on which host, for whom. */
export function originText({ origin, scope }: Item): string {
  return `${origin.agent_family}/${origin.client_id}, ${origin.pc} pc, ${scope}`;
}

// The piece that matched, unless subject or summary already show it.
function snippetOf({ subject, summary }: Observation, { snippet }: Hit): string | undefined {
  if (snippet === undefined) return undefined;
  const text = clip(inline(snippet.text), LONGEST.snippet);
  const core = text.replaceAll(/^…|…$/g, "").trim();
  return core === "" || subject.includes(core) || summary.includes(core) ? undefined : text;
}

// As many of the items as fit, then how many more there are.
function few(items: readonly string[]): string[] {
  const shown: string[] = [];
  let room = LONGEST.list;
  for (const item of items) {
    const text = clip(inline(item), LONGEST.name);
    room -= text.length * 3 + 4;
    if (room < 0) return [...shown, `…${items.length - shown.length} more`];
    shown.push(text);
  }
  return shown;
}
