import type { Micros } from "../core/clock.ts";
import { type Authorship, recordKey } from "../core/keyspace.ts";
import { parseScopeLabel, type Scope, type ScopeLabel } from "../core/scope.ts";
import { number, numberOrNone, type Row, text } from "../store/row.ts";
import { type Arrival, RECORD_KINDS } from "../store/exchange.ts";
import type { OutboxKind } from "../store/outbox.ts";
import type { Store } from "../store/store.ts";
import { noLongerAtHome } from "./at_home.ts";
import { legacyMirror } from "./legacy.ts";

/** A record that has to go out, as it is now. */
export interface Outgoing extends Arrival {
  /** The outbox's row, to be handed back when it is confirmed. */
  readonly row: number;
  readonly kind: OutboxKind;
  readonly id: string;
  readonly scope: ScopeLabel;
  /** A key of the oldest form under which it is put as well; nobody need store it there. */
  readonly mirror?: string;
}

/** Finds a record as it goes out, wherever records of its kind are kept; undefined when it is not here. */
export type FindOutgoing = (
  store: Store,
  kind: OutboxKind,
  id: string,
  scope: ScopeLabel,
) => Arrival | undefined;

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
  find: FindOutgoing,
  shared: readonly ScopeLabel[],
  after: number,
  limit: number,
): OutgoingPage {
  const rows = store.all(
    `SELECT row, kind, id, scope FROM outbox x WHERE row > ? AND scope IN (${marks(shared)})
      AND NOT ${WITHHELD} ORDER BY row LIMIT ?`,
    [after, ...shared, limit],
    (row) => ({
      row: number(row, "row"),
      kind: text(row, "kind"),
      id: text(row, "id"),
      scope: text(row, "scope"),
    }),
  );
  const records = rows.flatMap(({ row, kind: name, id, scope }) => {
    const kind = KINDS.find((known) => known === name);
    // What a newer version has put there waits for that version.
    if (kind === undefined) return [];
    const found = find(store, kind, id, scope);
    if (found !== undefined) {
      const mirror = kind === "tombstone" ? legacyMirror(store, id, scope, found.key) : undefined;
      return [{ row, kind, id, scope, ...found, ...(mirror === undefined ? {} : { mirror }) }];
    }
    store.run("DELETE FROM outbox WHERE row = ? AND id = ?", row, id);
    return [];
  });
  return { records, last: rows.length < limit ? undefined : rows.at(-1)?.row };
}

/** How much waits to go out. */
export interface OutgoingDepth {
  /** Records of shared scopes, and since when the oldest waits. */
  readonly waiting: number;
  readonly since: Micros | undefined;
  /** Records of other scopes, and those that are held back for what looks like a secret. */
  readonly unshared: number;
}

/** Counts what waits to go out. */
export function outgoingDepth(store: Store, shared: readonly ScopeLabel[]): OutgoingDepth {
  const sql = `SELECT count(*) FILTER (WHERE goes) AS waiting, min(queued_at) FILTER (WHERE goes) AS since,
    count(*) FILTER (WHERE NOT goes) AS unshared
    FROM (SELECT queued_at, scope IN (${marks(shared)}) AND NOT ${WITHHELD} AS goes FROM outbox x)`;
  const found = store.get(sql, shared, (row) => ({
    waiting: number(row, "waiting"),
    since: numberOrNone(row, "since"),
    unshared: number(row, "unshared"),
  }));
  return found ?? { waiting: 0, since: undefined, unshared: 0 };
}

/**
 * Takes records out of the outbox: the mesh has these very bytes. One that has changed since it was sent stays, and goes
 * out again. Gives when the records that went had been queued.
 */
export function confirmOutgoing(store: Store, find: FindOutgoing, sent: readonly Outgoing[]): Micros[] {
  return store.write(() =>
    sent.flatMap((record) => {
      const { row, kind, id, scope } = record;
      const now = find(store, kind, id, scope);
      if (now !== undefined && (now.payload !== record.payload || now.key !== record.key)) return [];
      noLongerAtHome(store, id, scope);
      const gone =
        "DELETE FROM outbox WHERE row = ? AND kind = ? AND id = ? AND scope = ? RETURNING queued_at";
      return store.all(gone, [row, kind, id, scope], (column) => number(column, "queued_at"));
    })
  );
}

// A record that holds what looks like a secret, and that nobody has allowed. Tombstones hold nothing.
const WITHHELD = `(x.kind = 'observation' AND EXISTS (SELECT 1 FROM secret_flag f
  WHERE f.id = x.id AND f.scope = x.scope AND f.allowed_at IS NULL))`;

function marks(values: readonly unknown[]): string {
  return values.map(() => "?").join(", ");
}

const KINDS: readonly OutboxKind[] = Object.values(RECORD_KINDS);

/** A memory or its tombstone as it goes out, with its key; undefined when it is not here. */
export const outgoingRecord: FindOutgoing = (store, kind, id, scope) => {
  if (kind === "tombstone") return tombstone(store, id, scope);
  return kind === "observation" ? observation(store, id, scope) : undefined;
};

function observation(store: Store, id: string, scope: ScopeLabel): Arrival | undefined {
  const sql = `SELECT o.payload, a.* FROM observation o JOIN author a ON a.author = o.author
    WHERE o.id = ? AND o.scope = ?`;
  return store.get(sql, [id, scope], (row) => found(row, "obs", scope, id));
}

function tombstone(store: Store, id: string, scope: ScopeLabel): Arrival | undefined {
  const sql = `SELECT t.payload, a.* FROM tombstone t JOIN author a ON a.author = t.author
    WHERE t.id = ? AND t.scope = ?`;
  return store.get(sql, [id, scope], (row) => found(row, "tomb", scope, id));
}

function found(row: Row, kind: "obs" | "tomb", label: ScopeLabel, id: string): Arrival {
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
