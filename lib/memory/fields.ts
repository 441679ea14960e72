import type { Micros } from "../core/clock.ts";
import type { JsonObject } from "../core/json.ts";
import { parseTime } from "../core/time.ts";
import { MEMORY_TYPES, type MemoryType } from "./observation.ts";
import type { Editable } from "./editable.ts";

/** The names under which a head has what of a memory can be changed, its content apart, in their order. */
export const FIELD_NAMES = [
  "subject",
  "summary",
  "project",
  "tags",
  "type",
  "importance",
  "source_files",
  "references",
  "expires_at",
] as const;

/**
 * Reads what of a memory can be changed from the head of a text; what it does not name is not there. Throws an Error that
 * says what is wrong.
 */
export function readFields(head: JsonObject): Omit<Partial<Editable>, "content"> {
  const fields: { -readonly [Name in keyof Editable]?: Editable[Name] } = {};
  if ("subject" in head) fields.subject = readText(head, "subject");
  if ("summary" in head) fields.summary = readText(head, "summary");
  if ("project" in head) fields.project = readText(head, "project");
  if ("tags" in head) fields.tags = readList(head, "tags");
  if ("type" in head) fields.memoryType = typeOf(head);
  if ("importance" in head) fields.importance = importanceOf(head);
  if ("source_files" in head) fields.sourceFiles = readList(head, "source_files");
  if ("references" in head) fields.references = readList(head, "references");
  if ("expires_at" in head) fields.expiresAt = readTime(head, "expires_at");
  return fields;
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

/** A text of a head; empty when it says nothing. Throws an Error for anything else. */
export function readText(head: JsonObject, name: string): string {
  const text = plain(head[name]);
  if (text === undefined) throw new Error(`${name} is not a text`);
  return text;
}

/** A list of texts, or such a list in one text with commas. Throws an Error for anything else. */
export function readList(head: JsonObject, name: string): string[] {
  const value = head[name];
  if (!Array.isArray(value)) {
    const text = plain(value);
    if (text === undefined) throw new Error(`${name} is not a list of texts`);
    return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
  }
  return value.filter((item) => item !== null).map((item) => {
    const text = plain(item);
    if (text === undefined) throw new Error(`${name} is not a list of texts`);
    return text;
  });
}

function typeOf(head: JsonObject): MemoryType {
  const text = readText(head, "type");
  const found = MEMORY_TYPES.find((known) => known === text);
  if (found === undefined) throw new Error(`type "${text}" is not one of ${MEMORY_TYPES.join(", ")}`);
  return found;
}

function importanceOf(head: JsonObject): number {
  const value = Number(readText(head, "importance"));
  if (Number.isInteger(value) && value >= 1 && value <= 5) return value;
  throw new Error("importance is not a whole number, 1 to 5");
}

/** A time; undefined when it says nothing. Throws an Error for anything else. */
export function readTime(head: JsonObject, name: string): Micros | undefined {
  const text = readText(head, name);
  if (text === "") return undefined;
  const time = parseTime(text);
  if (time === undefined) throw new Error(`${name} "${text}" is not a time. Write 2026-01-31T09:00:00Z`);
  return time;
}
