import type { Micros } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import { parseFrontMatter } from "../../core/front_matter.ts";
import type { JsonObject } from "../../core/json.ts";
import { parseTime } from "../../core/time.ts";
import { MEMORY_TYPES } from "../observation.ts";
import type { Entry } from "./entry.ts";

/** How many other notes a memory refers to at the most. */
const MOST_REFERENCES = 50;

// `- [category] text #tag (context)`, but neither a task's box nor a link.
const OBSERVATION = /^\s*[-*] \[(?![ xX-]?\])[^[\]()]+\](?!\()\s+(.+)$/;
const HASHTAG = /(?<=^|\s)#([\p{L}\p{N}_][\p{L}\p{N}_/-]*)/gu;
const LINK = /\[\[([^[\]|#]+)[^[\]]*\]\]/g;

/** Whether a text has the marks of a note of basic-memory: its head, an observation with a category, or a link. */
export function looksLikeBasicMemory(text: string): boolean {
  if (text.split(/\r?\n/).some((line) => OBSERVATION.test(line)) || text.search(LINK) >= 0) return true;
  try {
    const { head } = parseFrontMatter(text);
    return "title" in head || "permalink" in head;
  } catch {
    return false;
  }
}

/** A file of a basic-memory project. */
export interface NoteFile {
  readonly text: string;
  /** Its path below what was named, with slashes. */
  readonly path: string;
  readonly source: string;
  readonly project: string;
  /** When it was last changed. */
  readonly modifiedAt: Micros | undefined;
}

/**
 * Reads a note of basic-memory as one memory: its text as it stands, its title, its tags and those of its observations,
 * and the notes that it relates to.
 */
export function* readBasicMemory({ text, path, source, project, modifiedAt }: NoteFile): Generator<Entry> {
  let head: JsonObject;
  let body: string;
  try {
    ({ head, body } = parseFrontMatter(text));
  } catch (error) {
    return yield { kind: "unreadable", where: path, reason: messageOf(error) };
  }
  const title = textOf(head.title) || (path.split("/").at(-1) ?? path).replace(/\.md$/i, "");
  const hashtags = body.split(/\r?\n/).flatMap((line) => {
    const said = OBSERVATION.exec(line)?.[1] ?? "";
    return [...said.matchAll(HASHTAG)].map(([, tag = ""]) => tag);
  });
  const links = [...body.matchAll(LINK)].map(([, target = ""]) => `[[${target.trim()}]]`);
  yield {
    kind: "note",
    where: path,
    note: {
      format: "basic-memory",
      name: textOf(head.permalink) || path,
      source,
      subject: title,
      content: body.trim(),
      tags: [...new Set([...listOf(head.tags), ...hashtags])],
      memoryType: MEMORY_TYPES.find((known) => known === head.type) ?? "note",
      project,
      references: [...new Set(links)].slice(0, MOST_REFERENCES),
      createdAt: timeOf(head.created) ?? timeOf(head.date) ?? modifiedAt,
    },
  };
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" ? String(value) : "";
}

function listOf(value: unknown): string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : textOf(value).split(",");
  return items.map((item) => textOf(item).replace(/^#/, "")).filter((tag) => tag !== "");
}

function timeOf(value: unknown): Micros | undefined {
  return typeof value === "string" ? parseTime(value) : undefined;
}
