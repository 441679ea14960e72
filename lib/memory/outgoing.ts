import { type Authorship, recordKey } from "../core/keyspace.ts";
import { parseScopeLabel, type Scope, type ScopeLabel } from "../core/scope.ts";
import { number, type Row, text } from "../store/row.ts";
import type { OutboxKind } from "../store/outbox.ts";
import type { Store } from "../store/store.ts";
import { isWithheld } from "./secrets/flags.ts";

/** A record that has to go out, as it is now. */
export interface Outgoing {
  /** The outbox's row, to be handed back when it is confirmed. */
  readonly row: number;
  readonly scope: ScopeLabel;
  readonly key: string;
  readonly payload: string;
}

/** What waits beyond a row of the outbox. */
export interface OutgoingPage {
  readonly records: readonly Outgoing[];
  /** The last row looked at, to go on from; undefined when there is none beyond. */
  readonly last: number | undefined;
}

/**
 * What waits to go out after the given row of the outbox, oldest first. Rows of scopes that are not `shared` wait on, and so
 * do records that hold what looks like a secret; rows whose record is gone are dropped.
 */
export function outgoing(
  store: Store,
  shared: readonly ScopeLabel[],
  after: number,
  limit: number,
): OutgoingPage {
  const rows = store.all(
    "SELECT row, kind, id, scope FROM outbox WHERE row > ? ORDER BY row LIMIT ?",
    [after, limit],
    (row) => ({
      row: number(row, "row"),
      kind: text(row, "kind"),
      id: text(row, "id"),
      scope: text(row, "scope"),
    }),
  );
  const records = rows.flatMap(({ row, kind, id, scope }) => {
    if (!shared.includes(scope) || isWithheld(store, id, scope)) return [];
    const found = outgoingRecord(store, kind === "tombstone" ? "tombstone" : "observation", id, scope);
    if (found !== undefined) return [{ row, scope, ...found }];
    confirmOutgoing(store, [row]);
    return [];
  });
  return { records, last: rows.at(-1)?.row };
}

/** Takes rows out of the outbox: the mesh has them. */
export function confirmOutgoing(store: Store, rows: readonly number[]): void {
  store.write(() => {
    for (const row of rows) store.run("DELETE FROM outbox WHERE row = ?", row);
  });
}

/** A record as it goes out, with its key; undefined when it is not here. */
export function outgoingRecord(
  store: Store,
  kind: OutboxKind,
  id: string,
  scope: ScopeLabel,
): Pick<Outgoing, "key" | "payload"> | undefined {
  return kind === "tombstone" ? tombstone(store, id, scope) : observation(store, id, scope);
}

type Found = Pick<Outgoing, "key" | "payload">;

function observation(store: Store, id: string, scope: ScopeLabel): Found | undefined {
  const sql = `SELECT o.payload, a.* FROM observation o JOIN author a ON a.author = o.author
    WHERE o.id = ? AND o.scope = ?`;
  return store.get(sql, [id, scope], (row) => found(row, "obs", scope, id));
}

function tombstone(store: Store, id: string, scope: ScopeLabel): Found | undefined {
  const sql = `SELECT t.payload, a.* FROM tombstone t JOIN author a ON a.author = t.author
    WHERE t.id = ? AND t.scope = ?`;
  return store.get(sql, [id, scope], (row) => found(row, "tomb", scope, id));
}

function found(row: Row, kind: "obs" | "tomb", label: ScopeLabel, id: string): Found {
  return { key: recordKey(kind, scopeOf(label), authorOf(row), id), payload: text(row, "payload") };
}

function scopeOf(label: ScopeLabel): Scope {
  const scope = parseScopeLabel(label);
  if (scope === undefined) throw new TypeError(`The outbox names the scope ${label}`);
  return scope;
}

function authorOf(row: Row): Authorship {
  return {
    agentFamily: text(row, "agent_family"),
    clientId: text(row, "client_id"),
    pcId: text(row, "pc_id"),
    sessionId: text(row, "session_id"),
  };
}
