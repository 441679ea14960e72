import type { MemoryContext } from "./context.ts";
import { readStored, STATE, STORED_COLUMNS, type StoredObservation } from "./records.ts";

/** Records that Python's version had lost sight of, newest first. */
export function listShadowed({ store }: MemoryContext, limit: number): StoredObservation[] {
  return store.all(
    `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author
      WHERE o.state = ${STATE.shadowed} ORDER BY o.shadowed_at DESC, o.row DESC LIMIT ?`,
    [limit],
    readStored,
  );
}
