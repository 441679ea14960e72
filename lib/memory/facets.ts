import type { Store } from "../store/store.ts";
import { text } from "../store/row.ts";
import type { Observation } from "./observation.ts";

/** The lists of an observation that can be filtered by. */
export type FacetKind = "tag" | "file" | "reference";

/** Notes the lists of an observation's row. */
export function addFacets(store: Store, row: number, observation: Observation): void {
  for (const [kind, value] of facetsOf(observation)) {
    store.run("INSERT OR IGNORE INTO facet VALUES (?, ?, ?)", kind, value, row);
  }
}

/** Takes the lists of an observation's row away. */
export function removeFacets(store: Store, row: number, observation: Observation): void {
  for (const [kind, value] of facetsOf(observation)) {
    store.run("DELETE FROM facet WHERE kind = ? AND value = ? AND row = ?", kind, value, row);
  }
}

/** The values in use that begin with `prefix`, in order, `most` at the most. */
export function facetValues(store: Store, kind: FacetKind, prefix: string, most: number): string[] {
  const sql =
    "SELECT DISTINCT value FROM facet WHERE kind = ? AND value >= ? AND substr(value, 1, ?) = ? ORDER BY value LIMIT ?";
  return store.all(sql, [kind, prefix, prefix.length, prefix, most], (row) => text(row, "value"));
}

function* facetsOf(observation: Observation): Generator<readonly [FacetKind, string]> {
  for (const tag of observation.tags) yield ["tag", tag];
  for (const file of observation.sourceFiles) yield ["file", file];
  for (const reference of observation.references) yield ["reference", reference];
}
