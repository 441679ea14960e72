import type { Micros } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import type { RecordLetter, RecordName } from "../store/exchange.ts";
import { number, type Row, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";

/**
 * What a record's signature came to: `verified`: its author's host wrote it, or one that may delete it did. `failed`: it does not
 * fit. `unknown`: its certificate is not here. `revoked`: it came after its certificate had been revoked. `foreign`: a
 * deletion by somebody whose record it is not.
 */
export type SignatureState = "unsigned" | "verified" | "failed" | "unknown" | "revoked" | "foreign";

/** The column `state` holds the number; what is unsigned has no row. */
const STATES: Readonly<Record<Exclude<SignatureState, "unsigned">, number>> = {
  verified: 1,
  failed: 2,
  unknown: 3,
  revoked: 4,
  foreign: 5,
};

/** A verdict as it is kept. */
export interface Kept {
  readonly state: SignatureState;
  /** The certificate's id; empty when the signature names none that can be read. */
  readonly certificate: string;
  /** When this host first saw the record. */
  readonly seenAt: Micros;
}

/** The kinds of records that verdicts are kept of. */
export type JudgedKind = Extract<RecordLetter, "o" | "t">;

/** Keeps what a record's signature came to, in the caller's transaction; when it was first seen stays the earliest time. */
export function keepVerdict(
  store: Store,
  kind: JudgedKind,
  id: string,
  scope: ScopeLabel,
  { state, certificate, seenAt }: Kept,
): void {
  if (state === "unsigned") return dropVerdict(store, kind, id, scope);
  store.run(
    `INSERT INTO signature (id, scope, kind, state, certificate, seen_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET state = excluded.state, certificate = excluded.certificate, seen_at = excluded.seen_at`,
    id,
    scope,
    kind,
    STATES[state],
    certificate,
    seenAt,
  );
}

/** Forgets it, in the caller's transaction: the record has gone. */
export function dropVerdict(store: Store, kind: JudgedKind, id: string, scope: ScopeLabel): void {
  store.run("DELETE FROM signature WHERE id = ? AND scope = ? AND kind = ?", id, scope, kind);
}

/** What the signature of a record that is here came to; undefined when it has none. */
export function keptVerdict(store: Store, kind: JudgedKind, id: string, scope: ScopeLabel): Kept | undefined {
  const sql = "SELECT state, certificate, seen_at FROM signature WHERE id = ? AND scope = ? AND kind = ?";
  return store.get(sql, [id, scope, kind], (row) => ({
    state: stateOf(number(row, "state")),
    certificate: text(row, "certificate"),
    seenAt: number(row, "seen_at"),
  }));
}

/** Of every signature only that there is one counts from now on, in the caller's transaction: other authorities are trusted. */
export function forgetVerdicts(store: Store): void {
  store.run("UPDATE signature SET state = ? WHERE certificate <> ''", STATES.unknown);
}

/** A record whose verdict is out of date. */
export interface StaleVerdict extends RecordName {
  readonly kind: JudgedKind;
  readonly scope: ScopeLabel;
}

/**
 * Records whose signature may come to something else by now, at most `limit`: its certificate has become known, or was
 * revoked before the record came; or the author's certificate has become known and grants the deleter's user.
 */
export function staleVerdicts(store: Store, limit: number): StaleVerdict[] {
  return STALE.flatMap((sql) => store.all(sql, [limit], readStale)).slice(0, limit);
}

const COLUMNS = "SELECT s.id, s.scope, s.kind FROM signature s JOIN certificate c ON c.id = s.certificate";

const STALE: readonly string[] = [
  `${COLUMNS} WHERE s.state = ${STATES.unknown} LIMIT ?`,
  `${COLUMNS} JOIN revocation r ON r.authority = c.authority AND r.serial = c.serial
    WHERE s.state = ${STATES.verified} AND s.seen_at > r.revoked_at LIMIT ?`,
];

/** Deletions by others that may turn out to be by somebody who may: they have to be looked at one by one. */
export function foreignDeletions(store: Store): StaleVerdict[] {
  return store.all(`SELECT id, scope, kind FROM signature WHERE state = ${STATES.foreign}`, [], readStale);
}

function readStale(row: Row): StaleVerdict {
  return {
    id: text(row, "id"),
    scope: text(row, "scope"),
    kind: text(row, "kind") === "t" ? "t" : "o",
  };
}

function stateOf(value: number): SignatureState {
  for (const state of ["verified", "failed", "revoked", "foreign"] as const) {
    if (STATES[state] === value) return state;
  }
  return "unknown";
}
