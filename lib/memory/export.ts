import type { Micros } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import type { OutboxKind } from "../store/outbox.ts";
import { number, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { outgoingRecord } from "./outgoing.ts";
import { STATE } from "./records.ts";

/** Which records are exported: everything that is not left out by one of these. */
export interface ExportChoice {
  /** Memories of this project, and deletions of such whose memory is still known here. */
  readonly project: string | undefined;
  /** Memories created and deletions made since then. */
  readonly since: Micros | undefined;
}

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

/** A record's place. */
interface Place {
  readonly id: string;
  readonly scope: ScopeLabel;
}

function* observations(store: Store, { project, since }: ExportChoice): Generator<Place> {
  const sql = `SELECT row, id, scope FROM observation WHERE row > ?1 AND state <> ${STATE.shadowed}
    AND (?2 IS NULL OR project = ?2) AND (?3 IS NULL OR created_at >= ?3) ORDER BY row LIMIT ${PAGE}`;
  for (let after = 0;;) {
    const page = store.all(sql, [after, project ?? null, since ?? null], (row) => ({
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

function* tombstones(store: Store, { project, since }: ExportChoice): Generator<Place> {
  const sql = `SELECT id, scope FROM tombstone t WHERE (id, scope) > (?1, ?2)
    AND (?3 IS NULL OR EXISTS
      (SELECT 1 FROM observation o WHERE o.id = t.id AND o.scope = t.scope AND o.project = ?3))
    AND (?4 IS NULL OR deleted_at >= ?4) ORDER BY id, scope LIMIT ${PAGE}`;
  for (let after: Place = { id: "", scope: "" };;) {
    const page = store.all(sql, [after.id, after.scope, project ?? null, since ?? null], (row) => ({
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
