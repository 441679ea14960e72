import { scopeLabel } from "../../core/scope.ts";
import type { Observation } from "../observation.ts";
import type { Filters } from "./filter.ts";
import { anyOf, matchUnit } from "./match.ts";

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
    key("scope", scopeLabel(observation.scope)),
    key("type", observation.memoryType),
    key("family", author.agentFamily),
    key("client", author.clientId),
    key("at", hostOf(author.clientId)),
    key("host", author.pcId),
    key("session", author.sessionId),
    ...observation.tags.map((tag) => key("tag", tag)),
    ...observation.sourceFiles.map((file) => key("file", file)),
    ...observation.references.map((reference) => key("reference", reference)),
  ];
}

/** What the index can tell of filters, as expressions of FTS5, every one of which a record that passes matches. */
export function matchKeys(filters: Filters): string[] {
  const { agent, host } = filters;
  const groups = [
    ...one("project", filters.project),
    ...one("scope", filters.scope),
    ...one("family", filters.agentFamily),
    ...one("client", filters.clientId),
    ...one("host", filters.pcId),
    ...one("session", filters.sessionId),
    ...(agent === undefined ? [] : [[exact("family", agent), exact("client", agent)]]),
    ...(host === undefined ? [] : [[prefix("host", host.toLowerCase()), exact("at", host)]]),
    ...(filters.tags ?? []).flatMap((tag) => one("tag", tag)),
    ...any("type", filters.memoryTypes),
    ...any("file", filters.sourceFiles),
    ...any("reference", filters.references),
  ];
  return groups.map(anyOf);
}

/** The host that a client id names, `mbp` of `alice@mbp`; all of it when it names none. */
function hostOf(clientId: string): string {
  return clientId.slice(clientId.indexOf("@") + 1);
}

function one(field: string, value: string | undefined): string[][] {
  return value === undefined ? [] : [[exact(field, value)]];
}

function any(field: string, values: readonly string[] | undefined): string[][] {
  return values === undefined
    ? []
    : [values.length === 0 ? [exact(field, "")] : values.map((value) => exact(field, value))];
}

function exact(field: string, value: string): string {
  return matchUnit({ token: key(field, value), prefix: false });
}

function prefix(field: string, value: string): string {
  return matchUnit({ token: key(field, value), prefix: true });
}

function key(field: string, value: string): string {
  return field + BETWEEN + value.slice(0, 200).replaceAll(/[ "\0]/g, "_");
}
