import type { Micros } from "../core/clock.ts";
import { scopeLabel } from "../core/scope.ts";
import type { Store } from "../store/store.ts";
import type { Observation } from "./observation.ts";
import { readStored, STORED_COLUMNS } from "./records.ts";
import { subjectKey } from "./subject_key.ts";
import { SUPERSEDED } from "./supersede.ts";

/** How many candidates are named at the most (compat data §4.11). */
const MOST = 5;

/**
 * Live memories that a new decision or configuration may be meant to replace: same project, kind, scope and subject,
 * newest first (compat data §4.11).
 */
export function supersedeCandidates(store: Store, saved: Observation, now: Micros): Observation[] {
  const key = subjectKey(saved);
  if (key === undefined || saved.supersedes.length > 0) return [];
  return store.all(
    `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author
      WHERE o.subject_key = ? AND o.state = 0 AND o.project = ? AND o.memory_type = ? AND o.scope = ? AND o.id <> ?
      AND (o.expires_at IS NULL OR o.expires_at > ?) AND NOT ${SUPERSEDED}
      ORDER BY o.created_at DESC, o.row DESC LIMIT ?`,
    [key, saved.project, saved.memoryType, scopeLabel(saved.scope), saved.id, now, now, MOST],
    (row) => readStored(row).observation,
  );
}
