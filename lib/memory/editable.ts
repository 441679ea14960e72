import type { Micros } from "../core/clock.ts";
import type { MemoryType } from "./observation.ts";

/** What of a memory can be changed. */
export interface Editable {
  readonly content: string;
  readonly subject: string;
  readonly summary: string;
  readonly project: string;
  readonly tags: readonly string[];
  readonly memoryType: MemoryType;
  /** 1 to 5. */
  readonly importance: number;
  readonly sourceFiles: readonly string[];
  readonly references: readonly string[];
  readonly expiresAt: Micros | undefined;
}

/** What of a memory can be changed, as it is, and nothing else. */
export function editable(old: Editable): Editable {
  const { content, subject, summary, project, tags, memoryType, importance } = old;
  const { sourceFiles, references, expiresAt } = old;
  return {
    content,
    subject,
    summary,
    project,
    tags,
    memoryType,
    importance,
    sourceFiles,
    references,
    expiresAt,
  };
}
