import type { Micros } from "../../core/clock.ts";
import type { Settings } from "../../core/settings.ts";
import type { Value } from "../../store/row.ts";
import type { FacetKind } from "../facets.ts";
import { MEMORY_TYPES } from "../observation.ts";
import { SUPERSEDED } from "../supersede.ts";
import type { QueryFilters } from "./query.ts";
import type { SearchFilters } from "./request.ts";

/** A condition of SQL over `observation o` and `author a`, with its values. */
export interface Condition {
  /** With a `?` for each value. */
  readonly sql: string;
  /** In the order of the `?`. */
  readonly values: readonly Value[];
}

/** Filters of a request, and those that only a query string can name. */
export interface Filters extends SearchFilters {
  /** A family of agents or a client id. */
  readonly agent?: string | undefined;
  /** The first digits of a host's id, or the host part of a client id. */
  readonly host?: string | undefined;
}

/** The filters that stand in a query string. */
export function filtersOf({ type, tags, ...rest }: QueryFilters): Filters {
  const known = MEMORY_TYPES.find((name) => name === type);
  return {
    ...rest,
    ...(tags.length === 0 ? {} : { tags }),
    ...(known === undefined ? {} : { memoryTypes: [known] }),
  };
}

/**
 * What a record must be to be found: live, readable, not expired, not superseded (unless asked for), and as all of the
 * filters say.
 */
export function visible(
  settings: Settings,
  filters: readonly Filters[],
  now: Micros,
  includeSuperseded: boolean,
): Condition {
  const named = filters.flatMap(({ scope }) => scope ?? []);
  return both([
    { sql: "o.state = 0", values: [] },
    anyOf("o.scope", settings.readable.filter((label) => named.every((name) => name === label))),
    { sql: "(o.expires_at IS NULL OR o.expires_at > ?)", values: [now] },
    ...filters.flatMap((one) => [...conditions(one)]),
    ...(includeSuperseded ? [] : [{ sql: `NOT ${SUPERSEDED}`, values: [now] }]),
  ]);
}

function* conditions(filters: Filters): Generator<Condition> {
  const equal: readonly (readonly [string, string | undefined])[] = [
    ["o.project", filters.project],
    ["a.agent_family", filters.agentFamily],
    ["a.client_id", filters.clientId],
    ["a.pc_id", filters.pcId],
    ["a.session_id", filters.sessionId],
  ];
  for (const [column, value] of equal) {
    if (value !== undefined) yield { sql: `${column} = ?`, values: [value] };
  }
  const { agent, host } = filters;
  if (agent !== undefined) yield { sql: "(a.agent_family = ? OR a.client_id = ?)", values: [agent, agent] };
  if (host !== undefined) {
    yield {
      sql:
        "(substr(a.pc_id, 1, length(?)) = lower(?) OR substr(a.client_id, instr(a.client_id, '@') + 1) = ?)",
      values: [host, host, host],
    };
  }
  if (filters.memoryTypes !== undefined) yield anyOf("o.memory_type", filters.memoryTypes);
  if (filters.since !== undefined) yield { sql: "o.created_at >= ?", values: [filters.since] };
  if (filters.until !== undefined) yield { sql: "o.created_at <= ?", values: [filters.until] };
  for (const tag of filters.tags ?? []) yield hasFacet("tag", [tag]);
  if (filters.sourceFiles !== undefined) yield hasFacet("file", filters.sourceFiles);
  if (filters.references !== undefined) yield hasFacet("reference", filters.references);
}

/** All of the conditions. */
export function both(terms: readonly Condition[]): Condition {
  return { sql: terms.map(({ sql }) => sql).join(" AND "), values: terms.flatMap(({ values }) => values) };
}

// SQLite has no plan for an index that is asked for where nothing can pass, so nothing is a list of NULL.
function anyOf(column: string, values: readonly string[]): Condition {
  return { sql: `${column} IN (${values.map(() => "?").join(", ") || "NULL"})`, values };
}

// Asked for each row by the table's key; the search index has found the few rows already where only few have it.
function hasFacet(kind: FacetKind, values: readonly string[]): Condition {
  const list = values.map(() => "?").join(", ");
  return {
    sql: `EXISTS (SELECT 1 FROM facet WHERE kind = '${kind}' AND value IN (${list}) AND row = o.row)`,
    values,
  };
}
