import type { NewMemory } from "../../lib/memory/save.ts";

/** A memory to be saved, with what a test cares about. */
export function newMemory(fields: Partial<NewMemory> = {}): NewMemory {
  return {
    content: "",
    subject: "",
    summary: "",
    project: "",
    tags: [],
    memoryType: "note",
    importance: 2,
    sourceFiles: [],
    references: [],
    supersedes: [],
    visibility: undefined,
    expiresAt: undefined,
    allowSecret: false,
    ...fields,
  };
}
