import { messageOf, UsageError } from "../core/errors.ts";
import { formatFrontMatter, parseFrontMatter } from "../core/front_matter.ts";
import { formatTime } from "../core/time.ts";
import { FIELD_NAMES, readFields } from "./fields.ts";
import type { Editable } from "./editable.ts";

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
  try {
    const { head, body } = parseFrontMatter(text);
    const unknown = Object.keys(head).find((name) => !FIELD_NAMES.some((known) => known === name));
    if (unknown !== undefined) {
      throw new Error(`there is no field ${unknown}. Its fields are ${FIELD_NAMES.join(", ")}`);
    }
    return { ...readFields(head), content: body };
  } catch (error) {
    throw new UsageError(`Cannot read the edited text: ${messageOf(error)}.`);
  }
}
