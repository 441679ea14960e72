import { isId } from "../core/ids.ts";
import type { Authorship } from "../core/keyspace.ts";
import { parseScopeLabel, type Scope } from "../core/scope.ts";
import type { Cell } from "../store/cells.ts";
import type { OutboxKind } from "../store/outbox.ts";
import type { Value } from "../store/row.ts";
import type { Quarantined } from "../store/quarantine.ts";

/** A row of one of our tables that was found in a page of a damaged database. */
export type SalvagedRow =
  | { readonly table: "author"; readonly author: number; readonly names: Authorship }
  | SalvagedObservation
  | SalvagedTombstone
  | { readonly table: "quarantine"; readonly record: Quarantined }
  | SalvagedFlag
  | SalvagedOutbox
  | { readonly table: "at_home"; readonly id: string; readonly scope: Scope }
  | { readonly table: "ids"; readonly id: string; readonly scope: Scope };

/** A row of `observation`. */
export interface SalvagedObservation {
  readonly table: "observation";
  readonly id: string;
  readonly scope: Scope;
  readonly author: number;
  readonly state: number;
  readonly shadowedAt: number | undefined;
  readonly payload: string;
  /** Whether its bytes are text. */
  readonly sound: boolean;
}

/** A row of `tombstone`. */
export interface SalvagedTombstone {
  readonly table: "tombstone";
  readonly id: string;
  readonly scope: Scope;
  readonly author: number;
  readonly payload: string;
}

/** A row of `secret_flag`. */
export interface SalvagedFlag {
  readonly table: "secret_flag";
  readonly values: readonly Value[];
}

/** A row of `outbox`. */
export interface SalvagedOutbox {
  readonly table: "outbox";
  readonly kind: OutboxKind;
  readonly id: string;
  readonly scope: Scope;
  readonly queuedAt: number;
}

/**
 * Tells from its columns which of our tables a row is of (lib/store/schema.ts; a migration that changes them has to be
 * followed here). Undefined for rows that are made anew: search index, facets, supersede edges, meta, import sources.
 */
export function recognise(cell: Cell): SalvagedRow | undefined {
  return cell.row === undefined ? recogniseIndexed(cell.values) : recogniseRow(cell, cell.row);
}

function recogniseRow({ values, sound }: Cell, row: number): SalvagedRow | undefined {
  if (values.length === 13) return observation(values, sound);
  const [, a, b, c, d, e] = values;
  if (values.length === 5 && isText(a) && isText(b) && isText(c)) {
    if (isText(d)) {
      return sound
        ? { table: "author", author: row, names: { agentFamily: a, clientId: b, pcId: c, sessionId: d } }
        : undefined;
    }
    const scope = parseScopeLabel(c);
    if ((a !== "observation" && a !== "tombstone") || !isId(b) || scope === undefined || !isNumber(d)) {
      return undefined;
    }
    return { table: "outbox", kind: a, id: b, scope, queuedAt: d };
  }
  if (values.length === 6 && isText(a) && isText(b) && isText(c) && isNumber(d) && isText(e)) {
    return { table: "quarantine", record: { key: a, digest: b, reason: c, seenAt: d, payload: e } };
  }
  return undefined;
}

function observation(values: readonly Value[], sound: boolean): SalvagedObservation | undefined {
  const [, id, label, author, , , , , , , state, shadowedAt, payload] = values;
  const scope = isText(label) ? parseScopeLabel(label) : undefined;
  if (!isText(id) || !isId(id) || scope === undefined) return undefined;
  if (!isNumber(author) || !isNumber(state) || !isText(payload)) return undefined;
  return {
    table: "observation",
    id,
    scope,
    author,
    state,
    shadowedAt: isNumber(shadowedAt) ? shadowedAt : undefined,
    payload,
    sound,
  };
}

function recogniseIndexed(values: readonly Value[]): SalvagedRow | undefined {
  const [id, label, c, d, e] = values;
  const scope = isText(label) ? parseScopeLabel(label) : undefined;
  if (!isText(id) || !isId(id) || scope === undefined) return undefined;
  if (values.length === 2) return { table: "at_home", id, scope };
  // The index of the unique pair in `observation`: it knows which records there were.
  if (values.length === 3 && isNumber(c)) return { table: "ids", id, scope };
  if (values.length !== 5) return undefined;
  if (isNumber(c) && isNumber(d) && isText(e)) {
    return { table: "tombstone", id, scope, author: c, payload: e };
  }
  if (isText(c) && isText(d) && (e === null || isNumber(e))) return { table: "secret_flag", values };
  return undefined;
}

function isText(value: Value | undefined): value is string {
  return typeof value === "string";
}

function isNumber(value: Value | undefined): value is number {
  return typeof value === "number";
}
