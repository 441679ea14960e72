import type { Store } from "../../lib/store/store.ts";

/** Whether a memory of the mesh has come. */
export function has(store: Store, id: string): boolean {
  return store.get("SELECT 1 FROM observation WHERE id = ? AND scope = 'mesh'", [id], () => true) ?? false;
}

/** How many memories are there. */
export function count(store: Store): number {
  return store.get("SELECT count(*) AS n FROM observation", [], (row) => Number(row.n)) ?? 0;
}
