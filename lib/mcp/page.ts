import * as z from "zod";
import type { MemoryContext } from "../memory/context.ts";
import { textEntry } from "../memory/render/entry.ts";
import { inline } from "../memory/render/neutralise.ts";
import { QUOTE, quote } from "../memory/render/quote.ts";
import type { Hit, SearchRequest } from "../memory/search/request.ts";
import { searchMemories } from "../memory/search/search.ts";
import { byteLength, clip, jsonLength } from "../core/bytes.ts";
import { FRAME } from "./frame.ts";
import { type Item, itemOf, itemSchema, originText, SHORT, trimmed, withContent } from "./item.ts";
import type { Detail } from "./parameters.ts";
import { texts } from "./schema.ts";
import type { Answer } from "./tool.ts";

/** What search_memory and recall_context answer as structured content. */
export interface PageStructure extends Record<string, unknown> {
  readonly about: string;
  readonly results: Item[];
  /** Give it with the same request to go on. */
  readonly cursor?: string | undefined;
  readonly notices: string[];
}

/** What clients are told of a page. */
export const pageSchema: z.ZodType<PageStructure> = z.object({
  about: z.string(),
  results: z.array(itemSchema),
  cursor: z.string().optional(),
  notices: texts,
});

/** How a page of results is to look. */
export interface PageLayout {
  readonly detail: Detail;
  /** The most bytes of UTF-8 that the text, and the structure as JSON, may have. */
  readonly maxBytes: number;
  /** The lines before the results, by their number. */
  head(results: number): readonly string[];
  /** The text instead of any result. */
  readonly none: string;
  /** A sentence for results that may lack what the mesh has. */
  readonly behind: (nothingFound: boolean) => string | undefined;
  /** The heading of the group to which a result belongs. */
  heading?(item: Item): string;
  /** The labelled lines before a content; without it the two lines of an entry. */
  details?(hit: Hit, item: Item): string;
}

interface Entry {
  readonly hit: Hit;
  readonly text: string;
  readonly item: Item;
}

/** For the two lines that say that there is more; a cursor has less than 200 bytes. */
const TAIL = 600;
const SEPARATOR = "\n---\n";
const NOTICE = 200;

/**
 * Searches, and shows as much as fits: first each memory in short, in the order of the search, then their contents in
 * that order where there is room. What did not fit is where the cursor goes on.
 */
export function answerPage(
  memory: MemoryContext,
  request: SearchRequest,
  layout: PageLayout,
): Answer<PageStructure> {
  const page = searchMemories(memory, request);
  const late = layout.behind(page.hits.length === 0) ?? [];
  const notices = page.notices.slice(0, 3).concat(late).map((notice) => clip(inline(notice), NOTICE));
  const head = [...layout.head(page.hits.length), ...notices.map((notice) => `(${notice})`)];
  const room = layout.maxBytes - byteLength(head.join("\n")) - byteLength(FRAME) - TAIL;
  const entries = fit(page.hits.map((hit) => compact(memory, hit)), room, layout);
  const left = page.hits.length - entries.length;
  const more = left === 0
    ? page.cursor
    : searchMemories(memory, { ...request, limit: entries.length }).cursor;
  const tail: string[] = [];
  if (left > 0) {
    tail.push(
      `[truncated: showing ${entries.length} of ${page.hits.length} result(s); output capped at ${layout.maxBytes} bytes]`,
    );
  }
  const bare = layout.detail === "full" ? entries.filter(({ item }) => item.content === undefined).length : 0;
  if (bare > 0) {
    tail.push(`[${bare} result(s) without their content, which did not fit: get_memory shows it]`);
  }
  if (more !== undefined) tail.push(`[more: call again with the same arguments and cursor "${more}"]`);
  const structure = {
    about: FRAME,
    results: entries.map(({ item }) => item),
    ...(more === undefined ? {} : { cursor: more }),
    notices,
  };
  if (entries.length === 0) return { text: [layout.none, ...notices, ...tail].join("\n"), structure };
  return { text: [...head, FRAME, together(entries, layout), ...tail].join("\n"), structure };
}

function compact(memory: MemoryContext, hit: Hit): Entry {
  const observation = trimmed(hit.stored.observation, SHORT);
  const item = itemOf(memory, observation, hit);
  const lines = [textEntry(observation, { origin: originText(item) })];
  if (item.snippet !== undefined) lines.push(`${QUOTE}${item.snippet}`);
  return { hit, item, text: lines.join("\n") };
}

function full({ hit, item }: Entry, layout: PageLayout): Entry {
  const { observation } = hit.stored;
  const above = layout.details?.(hit, item) ??
    textEntry(trimmed(observation, SHORT), { origin: originText(item) });
  return {
    hit,
    item: withContent(item, observation.content),
    text: `${above}\n${quote(observation.content)}`,
  };
}

/** The entries that fit, with their contents where those fit too. The first is always among them: it is short enough. */
function fit(candidates: readonly Entry[], room: number, layout: PageLayout): Entry[] {
  const chosen: Entry[] = [];
  const headings = new Set<string>();
  let textRoom = room;
  let jsonRoom = room;
  for (const entry of candidates) {
    const heading = layout.heading?.(entry.item) ?? "";
    const text = byteLength(entry.text) + SEPARATOR.length +
      (headings.has(heading) ? 0 : byteLength(heading) + 2);
    const json = jsonLength(entry.item) + 1;
    if (chosen.length > 0 && (text > textRoom || json > jsonRoom)) break;
    headings.add(heading);
    textRoom -= text;
    jsonRoom -= json;
    chosen.push(entry);
  }
  if (layout.detail === "compact") return chosen;
  return chosen.map((entry) => {
    // A text has at least as many bytes as it has UTF-16 units: this spares the work for what cannot fit.
    if (entry.hit.stored.observation.content.length > textRoom) return entry;
    const fuller = full(entry, layout);
    const text = byteLength(fuller.text) - byteLength(entry.text);
    const json = jsonLength(fuller.item) - jsonLength(entry.item);
    if (text > textRoom || json > jsonRoom) return entry;
    textRoom -= text;
    jsonRoom -= json;
    return fuller;
  });
}

function together(entries: readonly Entry[], layout: PageLayout): string {
  const groups = new Map<string, string[]>();
  for (const { item, text } of entries) {
    const heading = layout.heading?.(item) ?? "";
    const group = groups.get(heading);
    if (group === undefined) groups.set(heading, [text]);
    else group.push(text);
  }
  return [...groups].map(([heading, texts]) => {
    const joined = texts.join(SEPARATOR);
    return heading === "" ? joined : `${heading}\n\n${joined}`;
  }).join("\n\n");
}
