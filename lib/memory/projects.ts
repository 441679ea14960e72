import { number, text } from "../store/row.ts";
import type { MemoryContext } from "./context.ts";
import type { Count } from "./stats.ts";

/** The projects of readable live memories with how many each has, the largest first. */
export function projectsOf({ store, settings }: MemoryContext, most: number): Count[] {
  const scopes = settings.readable.map(() => "?").join(", ");
  return store.all(
    `SELECT project, count(*) AS n FROM observation WHERE state = 0 AND project <> '' AND scope IN (${scopes})
      GROUP BY project ORDER BY n DESC, project LIMIT ?`,
    [...settings.readable, most],
    (row) => ({ name: text(row, "project"), count: number(row, "n") }),
  );
}
