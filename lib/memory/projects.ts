import { text } from "../store/row.ts";
import type { MemoryContext } from "./context.ts";

/**
 * The projects of readable live memories, the one with the newest memory first. It steps from project to project over the
 * index, so it takes as long as there are projects, not memories: 100,000 in 20 of them 0.3 ms, where grouping took 150.
 */
export function projectsOf({ store, settings }: MemoryContext, most: number): string[] {
  const scopes = settings.readable.map(() => "?").join(", ");
  return store.all(
    `WITH RECURSIVE p (name) AS (
      SELECT min(project) FROM observation INDEXED BY observation_project WHERE state = 0 AND project > ''
      UNION ALL
      SELECT (SELECT min(o.project) FROM observation o INDEXED BY observation_project
        WHERE o.state = 0 AND o.project > p.name) FROM p WHERE p.name IS NOT NULL
    ) SELECT name, (SELECT o.created_at FROM observation o INDEXED BY observation_project
        WHERE o.state = 0 AND o.project = name AND o.scope IN (${scopes}) ORDER BY o.created_at DESC LIMIT 1) AS newest
      FROM p WHERE name IS NOT NULL AND newest IS NOT NULL ORDER BY newest DESC LIMIT ?`,
    [...settings.readable, most],
    (row) => text(row, "name"),
  );
}
