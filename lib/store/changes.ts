import { number } from "./row.ts";
import type { Store } from "./store.ts";

/** A number that changes when another process has committed something; what this one writes does not change it. */
export function dataVersion(store: Store): number {
  return store.get("PRAGMA data_version", [], (row) => number(row, "data_version")) ?? 0;
}
