import type { Store } from "../store/store.ts";
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

function* facetsOf(observation: Observation): Generator<readonly [FacetKind, string]> {
  for (const tag of observation.tags) yield ["tag", tag];
  for (const file of observation.sourceFiles) yield ["file", file];
  for (const reference of observation.references) yield ["reference", reference];
}
