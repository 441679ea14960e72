import type { ScopeLabel } from "../core/scope.ts";
import type { OutboxKind } from "../store/outbox.ts";
import { number, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import type { MemoryContext } from "./context.ts";
import { all, chosenMemories, chosenPlaces, type ExportChoice } from "./export_choice.ts";
import type { Observation } from "./observation.ts";
import { outgoingRecord } from "./outgoing.ts";
import { eachStored, STATE } from "./records.ts";
import { SUPERSEDED } from "./supersede.ts";

/** A record as it goes over the wire. */
export interface ExportedRecord {
  readonly kind: OutboxKind;
  readonly key: string;
  readonly payload: string;
}

// Rows are read page by page: an iterated query ends at a damaged page as if there were no more (lib/store/python/database.ts).
const PAGE = 500;

/**
 * Every record that is stored here, memories first, then deletions, never all in memory: what was deleted with its text
 * as long as that is kept, stubs of what was erased too. Records that Python's version lost sight of are left out, since
 * whoever reads them back would see them again.
 */
export function* exportRecords(store: Store, choice: ExportChoice): Generator<ExportedRecord> {
  for (const { id, scope } of observations(store, choice)) yield* record(store, "observation", id, scope);
  for (const { id, scope } of tombstones(store, choice)) yield* record(store, "tombstone", id, scope);
}

/**
 * The memories that searches would show now, oldest first, for people and for programs that know no deletions; with
 * `superseded` those that newer ones have replaced too.
 */
export function* exportMemories(
  { store, clock }: MemoryContext,
  choice: ExportChoice,
  superseded: boolean,
): Generator<Observation> {
  const now = clock();
  const { sql, values } = all([
    { sql: `o.state = ${STATE.live}`, values: [] },
    { sql: "(o.expires_at IS NULL OR o.expires_at > ?)", values: [now] },
    ...(superseded ? [] : [{ sql: `NOT ${SUPERSEDED}`, values: [now] }]),
    chosenMemories(choice),
    chosenPlaces(choice, "o", "created_at"),
  ]);
  for (const { observation } of eachStored(store, sql, values)) yield observation;
}

/** A record's place. */
interface Place {
  readonly id: string;
  readonly scope: ScopeLabel;
}

function* observations(store: Store, choice: ExportChoice): Generator<Place> {
  const { sql: where, values } = all([
    { sql: `o.state <> ${STATE.shadowed}`, values: [] },
    chosenMemories(choice),
    chosenPlaces(choice, "o", "created_at"),
  ]);
  const sql =
    `SELECT row, id, scope FROM observation o WHERE ${where} AND row > ? ORDER BY row LIMIT ${PAGE}`;
  for (let after = 0;;) {
    const page = store.all(sql, [...values, after], (row) => ({
      row: number(row, "row"),
      id: text(row, "id"),
      scope: text(row, "scope"),
    }));
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.row;
  }
}

function* tombstones(store: Store, choice: ExportChoice): Generator<Place> {
  const memory = chosenMemories(choice);
  const { sql: where, values } = all([
    chosenPlaces(choice, "t", "deleted_at"),
    {
      sql: memory.sql === ""
        ? ""
        : `EXISTS (SELECT 1 FROM observation o WHERE o.id = t.id AND o.scope = t.scope AND ${memory.sql})`,
      values: memory.values,
    },
    { sql: "(id, scope) > (?, ?)", values: [] },
  ]);
  const sql = `SELECT id, scope FROM tombstone t WHERE ${where} ORDER BY id, scope LIMIT ${PAGE}`;
  for (let after: Place = { id: "", scope: "" };;) {
    const page = store.all(sql, [...values, after.id, after.scope], (row) => ({
      id: text(row, "id"),
      scope: text(row, "scope"),
    }));
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

// Another process may have dropped the body meanwhile.
function* record(store: Store, kind: OutboxKind, id: string, scope: ScopeLabel): Generator<ExportedRecord> {
  const found = outgoingRecord(store, kind, id, scope);
  if (found !== undefined) yield { kind, ...found };
}
