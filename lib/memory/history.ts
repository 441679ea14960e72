import { scopeLabel } from "../core/scope.ts";
import type { MemoryContext } from "./context.ts";
import { describe, type FoundMemory } from "./find.ts";
import { readStored, STORED_COLUMNS } from "./records.ts";

/** As many records of a history are given; there are never so many in earnest. */
const MOST = 100;

/**
 * All records of a scope that are joined with one by superseding, over any number of steps in both directions, itself
 * included, oldest first. Those that are not here are left out.
 */
export function historyOf(context: MemoryContext, { stored }: FoundMemory): FoundMemory[] {
  const { id, scope } = stored.observation;
  const label = scopeLabel(scope);
  const found = context.store.all(
    `WITH RECURSIVE joined (id) AS (
      SELECT ?1 UNION
      SELECT CASE e.loser WHEN j.id THEN e.winner ELSE e.loser END
        FROM joined j JOIN supersede e ON e.scope = ?2 AND (e.loser = j.id OR e.winner = j.id)
        LIMIT ${MOST}
    ) SELECT ${STORED_COLUMNS} FROM joined j JOIN observation o ON o.id = j.id AND o.scope = ?2
      JOIN author a ON a.author = o.author ORDER BY o.created_at, o.row`,
    [id, label],
    readStored,
  );
  return found.map((one) => describe(context, one));
}
