import * as z from "zod";
import { scopeLabel } from "../core/scope.ts";
import { formatTime } from "../core/time.ts";
import type { MemoryContext } from "../memory/context.ts";
import { deriveSummary } from "../memory/derive.ts";
import type { Observation } from "../memory/observation.ts";
import { inline, neutralise } from "../memory/render/neutralise.ts";
import { originOf } from "../memory/render/origin.ts";
import { signatureOf } from "../memory/render/signature.ts";
import type { Hit } from "../memory/search/request.ts";
import { byteLength, clip } from "../core/bytes.ts";
import { texts } from "./schema.ts";

/** A memory in a result; every text of it is neutralised. */
export interface Item {
  readonly observation_id: string;
  readonly subject: string;
  readonly summary: string;
  readonly project: string;
  readonly memory_type: string;
  readonly importance: number;
  readonly created_at: string;
  readonly tags: string[];
  /** Who wrote it; `pc` is `this` or `other`. */
  readonly origin: { readonly agent_family: string; readonly client_id: string; readonly pc: string };
  readonly scope: string;
  /** What its signature came to; only where that is shown. */
  readonly signature?: string | undefined;
  /** The piece that matched. */
  readonly snippet?: string | undefined;
  readonly content?: string | undefined;
}

/** What clients are told of an item. */
export const itemSchema: z.ZodType<Item> = z.object({
  observation_id: z.string(),
  subject: z.string(),
  summary: z.string(),
  project: z.string(),
  memory_type: z.string(),
  importance: z.number(),
  created_at: z.string(),
  tags: texts,
  origin: z.object({ agent_family: z.string(), client_id: z.string(), pc: z.string() }),
  scope: z.string(),
  signature: z.string().optional(),
  snippet: z.string().optional(),
  content: z.string().optional(),
});

/** How long fields may be, in bytes, and how many ids are listed. */
export interface Lengths {
  readonly subject: number;
  readonly summary: number;
  readonly name: number;
  readonly list: number;
  readonly ids: number;
}

/** One entry of these lengths always fits into the smallest budget, even where JSON escapes every character. */
export const SHORT: Lengths = { subject: 240, summary: 600, name: 120, list: 240, ids: 10 };

/** Fields as long as they are. */
export const WHOLE: Lengths = {
  subject: Infinity,
  summary: Infinity,
  name: Infinity,
  list: Infinity,
  ids: Infinity,
};

const SNIPPET = 300;

/** An observation with its fields but the content neutralised, on one line each, and cut. */
export function trimmed(observation: Observation, lengths: Lengths): Observation {
  const { author } = observation;
  return {
    ...observation,
    subject: clip(inline(observation.subject), lengths.subject),
    summary: clip(inline(observation.summary), lengths.summary),
    project: clip(inline(observation.project), lengths.name),
    tags: few(observation.tags, lengths),
    sourceFiles: few(observation.sourceFiles, lengths),
    references: few(observation.references, lengths),
    supersedes: observation.supersedes.slice(0, lengths.ids),
    author: {
      ...author,
      agentFamily: clip(inline(author.agentFamily), lengths.name),
      clientId: clip(inline(author.clientId), lengths.name),
    },
  };
}

/** A hit as structured content, without its content; `observation` is the hit's, trimmed. */
export function itemOf(
  context: Pick<MemoryContext, "store" | "settings" | "identity">,
  observation: Observation,
  hit: Hit,
): Item {
  const origin = originOf(observation, context.identity.pcId);
  const signature = signatureOf(context, observation);
  const snippet = snippetOf(observation, hit);
  return {
    observation_id: observation.id,
    subject: observation.subject,
    summary: observation.summary ||
      clip(deriveSummary(inline(observation.content.slice(0, 2000))), SHORT.summary),
    project: observation.project,
    memory_type: observation.memoryType,
    importance: observation.importance,
    created_at: formatTime(observation.createdAt),
    tags: [...observation.tags],
    origin: { agent_family: origin.agentFamily, client_id: origin.clientId, pc: origin.pc },
    scope: scopeLabel(observation.scope),
    ...(signature === undefined ? {} : { signature }),
    ...(snippet === undefined ? {} : { snippet }),
  };
}

/** The same item with its content. */
export function withContent(item: Item, content: string): Item {
  const { snippet: _, ...rest } = item;
  return { ...rest, content: neutralise(content) };
}

/** Where a memory comes from, in words: who, on which host, for whom and, where that is shown, whether it is proven. */
export function originText({ origin, scope, signature }: Item): string {
  const proof = signature === undefined ? "" : `, ${signature}`;
  return `${origin.agent_family}/${origin.client_id}, ${origin.pc} pc, ${scope}${proof}`;
}

// The piece that matched, unless subject or summary already show it.
function snippetOf({ subject, summary }: Observation, { snippet }: Hit): string | undefined {
  if (snippet === undefined) return undefined;
  const text = clip(inline(snippet.text), SNIPPET);
  const core = text.replaceAll(/^…|…$/g, "").trim();
  return core === "" || subject.includes(core) || summary.includes(core) ? undefined : text;
}

// As many of the items as fit, then how many more there are.
function few(items: readonly string[], lengths: Lengths): string[] {
  const shown: string[] = [];
  let room = lengths.list;
  for (const item of items) {
    const text = clip(inline(item), lengths.name);
    room -= byteLength(text) + 4;
    if (room < 0) return [...shown, `…${items.length - shown.length} more`];
    shown.push(text);
  }
  return shown;
}
