import { formatTime } from "../../core/time.ts";
import { cut } from "../derive.ts";
import type { Observation } from "../observation.ts";
import { inline } from "./neutralise.ts";

/** How much of a content stands in for a summary that is missing, in characters (compat cli §1.2). */
const GIST = 80;

/** What is told of a memory beside what it says itself. */
export interface EntryFacts {
  readonly origin?: string | undefined;
  /** What its signature came to. */
  readonly signature?: string | undefined;
}

/**
 * A memory in two lines (compat cli §1.2): kind, importance and, when given, its signature, time, project, subject, references
 * and, when given, its origin; then the summary and the id. What a memory says cannot make up a further line, an id, a
 * signature or an origin.
 */
export function textEntry(observation: Observation, { origin, signature }: EntryFacts = {}): string {
  const { id, memoryType, importance, createdAt } = observation;
  const words = [
    `[${memoryType}][${importance}]${mark(signature)} ${formatTime(createdAt).slice(0, 19)}`,
    ...nonEmpty(observation.project, (project) => `(${project})`),
    ...nonEmpty(observation.subject, (subject) => subject),
    ...nonEmpty(observation.references.join(", "), (references) => `(refs: ${references})`),
    ...(origin === undefined ? [] : [`[origin: ${inline(origin)}]`]),
  ];
  return `${words.join(" ")}\n${gist(observation)} <id=${id}>`;
}

/** A memory as an item of a Markdown list (compat cli §1.2). */
export function markdownEntry(observation: Observation, { signature }: EntryFacts = {}): string {
  const { id, memoryType, importance, createdAt } = observation;
  const subject = unmarked(observation.subject);
  const summary = unmarked(observation.summary);
  const body = [subject, summary].filter((text) => text !== "").join(" — ") || gist(observation);
  const words = [
    `- **[${memoryType}][${importance}]${mark(signature)}** ${formatTime(createdAt).slice(0, 16)}`,
    ...nonEmpty(observation.project, (project) => `(${project})`),
    body,
    ...nonEmpty(observation.references.join(", "), (references) => `(refs: ${references})`),
    `<id=${id}>`,
  ];
  return words.join(" ");
}

function mark(signature: string | undefined): string {
  return signature === undefined ? "" : `[${signature}]`;
}

function gist({ summary, content }: Observation): string {
  return unmarked(summary) || unmarked(cut(content.replaceAll(/\s+/g, " ").trim(), GIST));
}

function nonEmpty(text: string, words: (text: string) => string): string[] {
  const line = unmarked(text);
  return line === "" ? [] : [words(line)];
}

// On one line, and without what only we write: an id or an origin that stands in an entry is the record's own.
function unmarked(text: string): string {
  return inline(text).replaceAll(/<(?=id=)/gi, "‹").replaceAll(/\[(?=origin:)/gi, "(");
}
