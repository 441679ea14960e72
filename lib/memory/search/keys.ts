import type { Observation } from "../observation.ts";
import type { Filters } from "./filter.ts";

// A token of the analyzer never holds "=", so keys are never taken for words.
const BETWEEN = "=";

/**
 * What a record can be filtered by, as tokens of the search index: a filter is then one more term that FTS5 intersects,
 * which stays quick when few of a million records have it. Two values may share a token; the filter on the stored
 * columns decides (lib/memory/search/filter.ts).
 */
export function keysOf(observation: Observation): string[] {
  const { author } = observation;
  return [
    key("project", observation.project),
    key("type", observation.memoryType),
    key("family", author.agentFamily),
    key("client", author.clientId),
    key("host", author.pcId),
    key("session", author.sessionId),
    ...observation.tags.map((tag) => key("tag", tag)),
    ...observation.sourceFiles.map((file) => key("file", file)),
    ...observation.references.map((reference) => key("reference", reference)),
  ];
}

/** What the index can tell of filters: a record that passes has one key at least of each group. */
export function keyGroups(filters: Filters): string[][] {
  const one = (field: string, value: string | undefined) => value === undefined ? [] : [[key(field, value)]];
  const any = (field: string, values: readonly string[] | undefined) =>
    values === undefined ? [] : [values.map((value) => key(field, value))];
  const { agent } = filters;
  return [
    ...one("project", filters.project),
    ...one("family", filters.agentFamily),
    ...one("client", filters.clientId),
    ...one("host", filters.pcId),
    ...one("session", filters.sessionId),
    ...(agent === undefined ? [] : [[key("family", agent), key("client", agent)]]),
    ...(filters.tags ?? []).map((tag) => [key("tag", tag)]),
    ...any("type", filters.memoryTypes),
    ...any("file", filters.sourceFiles),
    ...any("reference", filters.references),
  ];
}

function key(field: string, value: string): string {
  return field + BETWEEN + value.slice(0, 200).replaceAll(/[ "\0]/g, "_");
}
