import type { Micros } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { cut } from "./derive.ts";
import { readStored, STORED_COLUMNS } from "./records.ts";
import { inline } from "./render/neutralise.ts";
import { SUPERSEDED } from "./supersede.ts";

/** What a shell can ask for while somebody types. */
export const SUGGESTIONS = ["project", "id", "host", "tag", "scope", "agent", "client"] as const;

/** One of these. */
export type Suggestible = typeof SUGGESTIONS[number];

/** A value that fits what was typed so far. */
export interface Suggestion {
  readonly value: string;
  /** What it stands for, on one line and harmless to show; empty when it says that itself. */
  readonly meaning: string;
}

/** How many are given at the most: more than anybody reads. */
const MOST = 100;

/** How many ids: the newest, each with its subject. */
const MOST_IDS = 30;

/** How much of a subject is shown, in characters. */
const SUBJECT = 60;

/**
 * The values of a kind that begin with what was typed, of records of readable scopes. Each look goes to an index and on from
 * value to value, so it is as fast with a million records as with ten.
 */
export function suggest(
  store: Store,
  readable: readonly ScopeLabel[],
  kind: Suggestible,
  typed: string,
  now: Micros,
): Suggestion[] {
  switch (kind) {
    case "id":
      return ids(store, readable, typed, now);
    case "scope":
      return plain(readable.filter((scope) => scope.startsWith(typed)));
    case "project":
      return plain(
        distinct(
          store,
          typed,
          "SELECT min(project) FROM observation WHERE state = 0 AND project",
          `EXISTS (SELECT 1 FROM observation WHERE state = 0 AND project = found.value AND scope IN (${
            readable.map(() => "?").join(", ")
          }))`,
          readable,
        ),
      );
    case "tag":
      return plain(
        distinct(store, typed, "SELECT min(value) FROM facet WHERE kind = 'tag' AND value", "1", []),
      );
    case "host":
      return plain(distinct(store, typed, "SELECT min(pc_id) FROM author WHERE pc_id", "1", []));
    case "agent":
      return plain(
        distinct(store, typed, "SELECT min(agent_family) FROM author WHERE agent_family", "1", []),
      );
    case "client":
      return plain(distinct(store, typed, "SELECT min(client_id) FROM author WHERE client_id", "1", []));
  }
}

function ids(store: Store, readable: readonly ScopeLabel[], typed: string, now: Micros): Suggestion[] {
  const prefix = typed.toLowerCase();
  if (!/^[0-9a-f]*$/.test(prefix)) return [];
  // With nothing typed the index by time gives the newest at once; with something, the index by id the few that fit.
  const where = prefix === "" ? "" : "AND o.id >= ? AND o.id < ?";
  const found = store.all(
    `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author
      WHERE o.state = 0 AND o.scope IN (${readable.map(() => "?").join(", ")}) ${where} AND NOT ${SUPERSEDED}
      ORDER BY o.created_at DESC, o.row DESC LIMIT ${MOST_IDS}`,
    [...readable, ...(prefix === "" ? [] : [prefix, `${prefix}g`]), now],
    (row) => readStored(row).observation,
  );
  return found.map(({ id, subject, summary, content }) => ({
    value: id,
    meaning: cut(inline(subject || summary || content.slice(0, 4 * SUBJECT)), SUBJECT),
  }));
}

/** `next` finds the smallest value that what follows it allows; `holds` says which of them count. */
function distinct(
  store: Store,
  typed: string,
  next: string,
  holds: string,
  values: readonly string[],
): string[] {
  return store.all(
    `WITH RECURSIVE found (value) AS (
      ${next} >= ? UNION ALL SELECT (${next} > found.value) FROM found WHERE substr(found.value, 1, length(?)) = ?
    ) SELECT value FROM found WHERE value IS NOT NULL AND value <> '' AND substr(value, 1, length(?)) = ? AND ${holds}
    LIMIT ${MOST}`,
    [typed, typed, typed, typed, typed, ...values],
    (row) => text(row, "value"),
  );
}

function plain(values: readonly string[]): Suggestion[] {
  return values.map((value) => ({ value, meaning: "" }));
}
