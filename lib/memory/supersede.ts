import type { Store } from "../store/store.ts";
import { text } from "../store/row.ts";
import type { Observation } from "./observation.ts";
import { type Scope, type ScopeLabel, scopeLabel } from "../core/scope.ts";

/** Notes which records an observation says that it supersedes. An observation never supersedes itself. */
export function addEdges(store: Store, observation: Observation): void {
  const scope = scopeLabel(observation.scope);
  for (const loser of observation.supersedes) {
    if (loser === observation.id) continue;
    store.run(
      "INSERT OR IGNORE INTO supersede (loser, scope, winner) VALUES (?, ?, ?)",
      loser,
      scope,
      observation.id,
    );
  }
}

/** Forgets what a record says that it supersedes: it was tombstoned, so it says nothing any more. */
export function removeEdges(store: Store, id: string, scope: ScopeLabel): void {
  store.run("DELETE FROM supersede WHERE winner = ? AND scope = ?", id, scope);
}

/**
 * SQL: whether the observation `o` is superseded at the time `?` (one parameter, microseconds): by a live, unexpired
 * record of its scope that lists it and that it does not itself reach over supersede edges (DESIGN §4). Edges of
 * tombstoned records do not exist, so the order in which records came plays no part.
 */
export const SUPERSEDED = `EXISTS (
  SELECT 1 FROM supersede e JOIN observation s ON s.id = e.winner AND s.scope = e.scope
  WHERE e.loser = o.id AND e.scope = o.scope AND s.state = 0 AND (s.expires_at IS NULL OR s.expires_at > ?)
  AND NOT EXISTS (
    WITH RECURSIVE reached (id) AS (
      SELECT loser FROM supersede WHERE winner = o.id AND scope = o.scope
      UNION SELECT n.loser FROM reached r JOIN supersede n ON n.winner = r.id AND n.scope = o.scope
    ) SELECT 1 FROM reached WHERE id = e.winner
  ))`;

/** The live records that supersede the given one now, in order of their ids. */
export function supersededBy(store: Store, id: string, scope: Scope, now: number): string[] {
  const sql = `SELECT e.winner FROM supersede e JOIN observation s ON s.id = e.winner AND s.scope = e.scope
    WHERE e.loser = ? AND e.scope = ? AND s.state = 0 AND (s.expires_at IS NULL OR s.expires_at > ?)
    AND NOT EXISTS (
      WITH RECURSIVE reached (id) AS (
        SELECT loser FROM supersede WHERE winner = e.loser AND scope = e.scope
        UNION SELECT n.loser FROM reached r JOIN supersede n ON n.winner = r.id AND n.scope = e.scope
      ) SELECT 1 FROM reached WHERE id = e.winner
    ) ORDER BY e.winner`;
  return store.all(sql, [id, scopeLabel(scope), now], (row) => text(row, "winner"));
}
