import type { Micros } from "../../core/clock.ts";
import type { Editable } from "../editable.ts";
import type { MemoryType, Observation } from "../observation.ts";

/** The forms that memories are taken in from, apart from the folders of Python's version. */
export const FORMATS = ["jsonl", "markdown", "mcp-memory", "basic-memory", "agents-md"] as const;

/** One of those forms. */
export type Format = typeof FORMATS[number];

/** The longest text that is taken as one memory, in UTF-16 units: what `save` takes from standard input. */
export const LONGEST_CONTENT = 1_048_576;

/** What a file was found to hold, one after the other. */
export type Entry = RecordEntry | NoteEntry | ExportedEntry | UnreadableEntry;

/** A record of ours as it goes over the wire. */
export interface RecordEntry {
  readonly kind: "record";
  readonly where: string;
  readonly key: string;
  readonly payload: string;
}

/** A text of another program's, to become a memory of ours. */
export interface NoteEntry {
  readonly kind: "note";
  /** The place in the file, for people: `section "Tests"`. */
  readonly where: string;
  readonly note: Note;
}

/** What a note says. */
export interface Note {
  readonly format: Format;
  /** What stays the same when the note is changed: with its format the reference by which it is found again. */
  readonly name: string;
  /** The file that it comes from, as people write it. */
  readonly source: string;
  readonly subject: string;
  readonly content: string;
  readonly tags: readonly string[];
  readonly memoryType: MemoryType;
  readonly project: string;
  /** Besides the note's own name. */
  readonly references: readonly string[];
  /** When it was written, as far as the file says. */
  readonly createdAt: Micros | undefined;
}

/** A memory that was exported as Markdown, and that somebody may have edited since. */
export interface ExportedEntry {
  readonly kind: "exported";
  readonly where: string;
  readonly id: string;
  readonly scope: Observation["scope"];
  readonly fields: Editable;
  readonly createdAt: Micros | undefined;
  readonly supersedes: readonly string[];
  /** The record itself, where the text says all of it to the byte. */
  readonly record: RecordEntry | undefined;
}

/** Something that cannot be taken, and why. */
export interface UnreadableEntry {
  readonly kind: "unreadable";
  readonly where: string;
  readonly reason: string;
}

/** The reference of a memory that was taken from a note. */
export function referenceOf({ format, name }: Pick<Note, "format" | "name">): string {
  return `${format}:${name}`;
}
