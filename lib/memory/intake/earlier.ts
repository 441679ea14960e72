import { type Scope, scopeLabel } from "../../core/scope.ts";
import { readStored, STORED_COLUMNS } from "../records.ts";
import type { MemoryContext } from "../context.ts";
import type { Observation } from "../observation.ts";
import { SUPERSEDED } from "../supersede.ts";

/** The memories with a reference that searches would show now in a scope, oldest first. */
export function liveWithReference(
  { store, clock }: MemoryContext,
  reference: string,
  scope: Scope,
): Observation[] {
  const now = clock();
  return store.all(
    `SELECT ${STORED_COLUMNS} FROM facet f JOIN observation o ON o.row = f.row JOIN author a ON a.author = o.author
      WHERE f.kind = 'reference' AND f.value = ? AND o.scope = ? AND o.state = 0
      AND (o.expires_at IS NULL OR o.expires_at > ?) AND NOT ${SUPERSEDED} ORDER BY o.row`,
    [reference, scopeLabel(scope), now, now],
    (row) => readStored(row).observation,
  );
}
