import type { MemoryContext } from "./context.ts";

/** Called now and then while many records are taken over. */
export type ImportProgress = (done: number, total: number) => void;

/** What taking over did. */
export interface Imported {
  readonly added: number;
  readonly notices: readonly string[];
}

/** Placeholder until the importer stands: takes over nothing. */
export function importChanges(
  _context: MemoryContext,
  _state: string,
  _indexPath: string | undefined,
  _progress: ImportProgress,
): Imported {
  return { added: 0, notices: [] };
}
