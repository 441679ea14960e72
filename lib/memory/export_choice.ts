import type { Micros } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import type { Value } from "../store/row.ts";
import type { MemoryType } from "./observation.ts";

/** Which records are exported: everything that is not left out by one of these. */
export interface ExportChoice {
  /** Memories of this project. A deletion is of a project, of tags or of a kind while its memory is still known here. */
  readonly project?: string | undefined;
  /** Memories created and deletions made since and until then. */
  readonly since?: Micros | undefined;
  readonly until?: Micros | undefined;
  /** Memories with all of these tags. */
  readonly tags?: readonly string[] | undefined;
  /** Memories of these kinds. */
  readonly memoryTypes?: readonly MemoryType[] | undefined;
  readonly scope?: ScopeLabel | undefined;
}

/** A condition in SQL, and the values that belong to it. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** What is chosen of the table `observation o`, times apart; empty when nothing is left out. */
export function chosenMemories({ project, tags, memoryTypes }: ExportChoice): Condition {
  return all([
    ...(project === undefined ? [] : [{ sql: "o.project = ?", values: [project] }]),
    ...(memoryTypes === undefined
      ? []
      : [{ sql: `o.memory_type IN (${memoryTypes.map(() => "?").join(", ")})`, values: memoryTypes }]),
    // A deleted memory has no facets any more. CASE, since of the parts of AND any may be looked at first.
    ...(tags ?? []).map((tag) => ({
      sql: `CASE WHEN json_valid(o.payload) THEN EXISTS
        (SELECT 1 FROM json_each(o.payload, '$.tags') tag WHERE tag.value = ?) END`,
      values: [tag],
    })),
  ]);
}

/** What is chosen by scope and time; `record` is the table's name and `time` its column. */
export function chosenPlaces({ scope, since, until }: ExportChoice, record: string, time: string): Condition {
  return all([
    ...(scope === undefined ? [] : [{ sql: `${record}.scope = ?`, values: [scope] }]),
    ...(since === undefined ? [] : [{ sql: `${record}.${time} >= ?`, values: [since] }]),
    ...(until === undefined ? [] : [{ sql: `${record}.${time} <= ?`, values: [until] }]),
  ]);
}

/** The condition that all of these make together; empty when there are none. */
export function all(conditions: readonly Condition[]): Condition {
  const filled = conditions.filter(({ sql }) => sql !== "");
  return {
    sql: filled.map(({ sql }) => sql).join(" AND "),
    values: filled.flatMap(({ values }) => values),
  };
}
