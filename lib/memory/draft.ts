import { messageOf, UsageError } from "../core/errors.ts";
import { formatFrontMatter, parseFrontMatter } from "../core/front_matter.ts";
import type { JsonObject } from "../core/json.ts";
import { formatTime, parseTime } from "../core/time.ts";
import { MEMORY_TYPES, type MemoryType } from "./observation.ts";
import type { Editable } from "./revise.ts";

// The names in the head, in their order.
const NAMES = [
  "subject",
  "summary",
  "project",
  "tags",
  "type",
  "importance",
  "source_files",
  "references",
  "expires_at",
];

/** A memory as a text to edit: what is known about it, then its content. */
export function formatDraft(memory: Editable): string {
  return formatFrontMatter({
    subject: memory.subject,
    summary: memory.summary,
    project: memory.project,
    tags: memory.tags,
    type: memory.memoryType,
    importance: memory.importance,
    source_files: memory.sourceFiles,
    references: memory.references,
    expires_at: memory.expiresAt === undefined ? "" : formatTime(memory.expiresAt),
  }, memory.content);
}

/**
 * Reads an edited text. A name that was taken away keeps its value, one that is unknown is refused, since its value would be
 * lost. Throws a UsageError that says what is wrong.
 */
export function parseDraft(text: string): Partial<Editable> {
  const { head, body } = split(text);
  const unknown = Object.keys(head).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw wrong(`there is no field ${unknown}. Its fields are ${NAMES.join(", ")}`);
  const changed: { -readonly [Name in keyof Editable]?: Editable[Name] } = { content: body };
  if ("subject" in head) changed.subject = textOf(head, "subject");
  if ("summary" in head) changed.summary = textOf(head, "summary");
  if ("project" in head) changed.project = textOf(head, "project");
  if ("tags" in head) changed.tags = listOf(head, "tags");
  if ("type" in head) changed.memoryType = typeOf(head);
  if ("importance" in head) changed.importance = importanceOf(head);
  if ("source_files" in head) changed.sourceFiles = listOf(head, "source_files");
  if ("references" in head) changed.references = listOf(head, "references");
  if ("expires_at" in head) changed.expiresAt = timeOf(head);
  return changed;
}

function split(text: string): { head: JsonObject; body: string } {
  try {
    return parseFrontMatter(text);
  } catch (error) {
    throw wrong(`between the lines of --- ${messageOf(error)}`);
  }
}

function wrong(what: string): UsageError {
  return new UsageError(`Cannot read the edited text: ${what}.`);
}

// A number or a date that somebody wrote without quotes is the text that stands there.
function plain(value: unknown): string | undefined {
  if (value === null || value === undefined) return "";
  return typeof value === "string"
    ? value
    : ["number", "boolean"].includes(typeof value)
    ? String(value)
    : undefined;
}

function textOf(head: JsonObject, name: string): string {
  const text = plain(head[name]);
  if (text === undefined) throw wrong(`${name} is not a text`);
  return text;
}

function listOf(head: JsonObject, name: string): string[] {
  const value = head[name];
  const items: readonly unknown[] = Array.isArray(value) ? value : plain(value)?.split(",") ?? [value];
  return items.flatMap((item) => {
    const text = plain(item)?.trim();
    if (text === undefined) throw wrong(`${name} is not a list of texts`);
    return text === "" ? [] : [text];
  });
}

function typeOf(head: JsonObject): MemoryType {
  const text = textOf(head, "type");
  const found = MEMORY_TYPES.find((known) => known === text);
  if (found === undefined) throw wrong(`type "${text}" is not one of ${MEMORY_TYPES.join(", ")}`);
  return found;
}

function importanceOf(head: JsonObject): number {
  const value = Number(textOf(head, "importance"));
  if (Number.isInteger(value) && value >= 1 && value <= 5) return value;
  throw wrong("importance is not a whole number, 1 to 5");
}

function timeOf(head: JsonObject): number | undefined {
  const text = textOf(head, "expires_at");
  if (text === "") return undefined;
  const time = parseTime(text);
  if (time === undefined) throw wrong(`expires_at "${text}" is not a time. Write 2026-01-31T09:00:00Z`);
  return time;
}
