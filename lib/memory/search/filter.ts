import type { Micros } from "../../core/clock.ts";
import type { Settings } from "../../core/settings.ts";
import type { Value } from "../../store/row.ts";
import type { FacetKind } from "../facets.ts";
import { SUPERSEDED } from "../supersede.ts";
import type { SearchFilters } from "./request.ts";

/** A condition of SQL over `observation o` and `author a`, with its values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** What a record must be to be found: live, readable, not expired, not superseded (unless asked for), as filtered. */
export function visible(
  settings: Settings,
  filters: SearchFilters,
  now: Micros,
  includeSuperseded: boolean,
): Condition {
  const terms: Condition[] = [
    { sql: "o.state = 0", values: [] },
    anyOf("o.scope", filters.scope === undefined ? settings.readable : readableOnly(settings, filters.scope)),
    { sql: "(o.expires_at IS NULL OR o.expires_at > ?)", values: [now] },
  ];
  if (!includeSuperseded) terms.push({ sql: `NOT ${SUPERSEDED}`, values: [now] });
  const equal: readonly (readonly [string, string | undefined])[] = [
    ["o.project", filters.project],
    ["a.agent_family", filters.agentFamily],
    ["a.client_id", filters.clientId],
    ["a.pc_id", filters.pcId],
    ["a.session_id", filters.sessionId],
  ];
  for (const [column, value] of equal) {
    if (value !== undefined) terms.push({ sql: `${column} = ?`, values: [value] });
  }
  if (filters.memoryTypes !== undefined) terms.push(anyOf("o.memory_type", filters.memoryTypes));
  if (filters.since !== undefined) terms.push({ sql: "o.created_at >= ?", values: [filters.since] });
  if (filters.until !== undefined) terms.push({ sql: "o.created_at <= ?", values: [filters.until] });
  for (const tag of filters.tags ?? []) terms.push(hasFacet("tag", [tag]));
  if (filters.sourceFiles !== undefined) terms.push(hasFacet("file", filters.sourceFiles));
  if (filters.references !== undefined) terms.push(hasFacet("reference", filters.references));
  return { sql: terms.map(({ sql }) => sql).join(" AND "), values: terms.flatMap(({ values }) => values) };
}

function readableOnly(settings: Settings, scope: string): string[] {
  return settings.readable.filter((label) => label === scope);
}

function anyOf(column: string, values: readonly string[]): Condition {
  return { sql: `${column} IN (${values.map(() => "?").join(", ")})`, values };
}

function hasFacet(kind: FacetKind, values: readonly string[]): Condition {
  const list = values.map(() => "?").join(", ");
  return {
    sql: `o.row IN (SELECT row FROM facet WHERE kind = '${kind}' AND value IN (${list}))`,
    values,
  };
}
