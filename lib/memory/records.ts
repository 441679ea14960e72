import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { type Authorship, recordKey } from "../core/keyspace.ts";
import { parseScopeLabel, type Scope, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { DamagedRow, number, numberOrNone, type Row, text, type Value } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { isProven, pendingReason, type Verdict } from "../trust/judge.ts";
import { SIGNATURE } from "../trust/reasons.ts";
import { dropVerdict, keepVerdict, type Kept, keptVerdict } from "../trust/verdicts.ts";
import { addFacets, removeFacets } from "./facets.ts";
import { judgeObservation, judgeTombstone } from "./judgement.ts";
import { isMalformed, type Observation, parseObservation } from "./observation.ts";
import { CONFLICT, dropQuarantined, quarantine } from "../store/quarantine.ts";
import { addToIndex, removeFromIndex } from "./search/index.ts";
import { subjectKey } from "./subject_key.ts";
import { addEdges, removeEdges } from "./supersede.ts";
import type { Tombstone } from "./tombstone.ts";

/** What a record is here; the column `state` holds the number. */
export const STATE = { live: 0, tombstoned: 1, shadowed: 2, purged: 3 } as const;

/** One of the states of a record. */
export type RecordState = keyof typeof STATE;

/** An observation as it lies in the database. */
export interface StoredObservation {
  readonly row: number;
  readonly state: RecordState;
  readonly shadowedAt: Micros | undefined;
  readonly observation: Observation;
}

/** What merging an observation did. */
export type Merged = "added" | "known" | "replaced" | "conflict" | "quarantined";

/** The columns that readStored needs, of the tables `observation o` and `author a`. */
export const STORED_COLUMNS =
  "o.row, o.id, o.scope, o.state, o.shadowed_at, o.payload, a.agent_family, a.client_id, a.pc_id, a.session_id";

const SELECT_STORED = `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author`;

/**
 * Adds an observation to the set of records, in the caller's transaction. The result depends only on which records are
 * there, never on their order (DESIGN §1): of two payloads of one record one whose signature is proven wins, else a stub, else
 * the smaller SHA-256, and the other goes to quarantine; a tombstone that came before hides it. `shadowedAt` is given for
 * a record that Python's version no longer found in its mesh: it is kept out of sight until it arrives from somewhere.
 */
export function mergeObservation(
  store: Store,
  observation: Observation,
  now: Micros,
  shadowedAt?: Micros,
  verdict: Verdict = judgeObservation(store, observation, now),
): Merged {
  const known = findRecord(store, observation.id, observation.scope);
  if (known === undefined) {
    insert(store, observation, verdict, shadowedAt);
    return "added";
  }
  if (known.observation.payload === observation.payload) {
    if (known.state === "shadowed" && shadowedAt === undefined) revive(store, known);
    return "known";
  }
  const knownVerdict = verdictOf(store, known.observation);
  const wins = beats(observation, verdict, known.observation, knownVerdict);
  const won = isFromBefore(verdict, knownVerdict) || (wins && !isFromBefore(knownVerdict, verdict));
  const [winner, winnerVerdict] = won ? [observation, verdict] : [known.observation, knownVerdict];
  const [loser, loserVerdict] = won ? [known.observation, knownVerdict] : [observation, verdict];
  const pending = pendingReason(loserVerdict, loser.author.pcId);
  // What a stub beats was erased on purpose, so it is not kept, unless it may yet turn out that the stub does not beat it.
  if (winner.purgedAt === undefined || (pending !== undefined && !isProven(winnerVerdict))) {
    const reason = pending === undefined ? CONFLICT : `${CONFLICT}; ${pending}`;
    setAside(store, loser, reason, loserVerdict?.seenAt ?? now);
  }
  if (!won) {
    // Where it is the only one, or came first, it is live, so there is nothing to say against it.
    if (wins) return "quarantined";
    if (known.state === "shadowed" && shadowedAt === undefined) revive(store, known);
    return "conflict";
  }
  dropBody(store, known);
  // It stays out of sight only when neither payload has been seen in the mesh.
  const both = known.shadowedAt !== undefined && shadowedAt !== undefined;
  insert(store, observation, verdict, both ? Math.min(known.shadowedAt, shadowedAt) : undefined);
  return "replaced";
}

/**
 * Adds a tombstone to the set of records, in the caller's transaction; `author` is the observation's. Of two tombstones
 * of one record the one by somebody who may stays, else that with the smaller SHA-256. Gives whether there was none before.
 */
export function mergeTombstone(
  store: Store,
  tombstone: Tombstone,
  scope: Scope,
  author: Authorship,
  verdict: Verdict = judgeTombstone(store, tombstone, scope, author, tombstone.deletedAt),
): boolean {
  const label = scopeLabel(scope);
  const known = knownTombstone(store, tombstone.id, label);
  const knownVerdict = known === undefined ? undefined : keptVerdict(store, "t", tombstone.id, label);
  const wins = known === undefined || outranks(tombstone.payload, verdict, known.payload, knownVerdict);
  if (known !== undefined && known.payload !== tombstone.payload) {
    // One that lost may yet turn out to be by somebody who may.
    const loser = wins
      ? { ...known, verdict: knownVerdict }
      : { payload: tombstone.payload, author, verdict };
    const pending = pendingReason(loser.verdict, loser.author.pcId);
    if (pending !== undefined) {
      const key = recordKey("tomb", scope, loser.author, tombstone.id);
      const seenAt = loser.verdict?.seenAt ?? verdict.seenAt;
      quarantine(store, { key, reason: `${CONFLICT}; ${pending}`, seenAt, payload: loser.payload });
    }
  }
  if (wins) {
    keepVerdict(store, "t", tombstone.id, label, verdict);
    store.run(
      `INSERT INTO tombstone (id, scope, author, deleted_at, payload) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET author = excluded.author, deleted_at = excluded.deleted_at, payload = excluded.payload`,
      tombstone.id,
      label,
      authorRow(store, author),
      tombstone.deletedAt,
      tombstone.payload,
    );
  }
  const stored = findRecord(store, tombstone.id, scope);
  if (stored !== undefined && stored.state !== "tombstoned") hide(store, stored);
  return known === undefined;
}

/** Takes a tombstone back, in the caller's transaction: it should not have been taken. Its record is what it was before. */
export function withdrawTombstone(store: Store, id: string, scope: Scope): void {
  const label = scopeLabel(scope);
  store.run("DELETE FROM tombstone WHERE id = ? AND scope = ?", id, label);
  dropVerdict(store, "t", id, label);
  const stored = findRecord(store, id, scope);
  if (stored?.state !== "tombstoned") return;
  const state = initialState(store, stored.observation, label, stored.shadowedAt);
  store.run("UPDATE observation SET state = ? WHERE row = ?", STATE[state], stored.row);
  if (state === "live") show(store, stored.row, stored.observation);
}

function knownTombstone(
  store: Store,
  id: string,
  scope: ScopeLabel,
): { readonly payload: string; readonly author: Authorship } | undefined {
  const sql = `SELECT t.payload, a.* FROM tombstone t JOIN author a ON a.author = t.author
    WHERE t.id = ? AND t.scope = ?`;
  return store.get(sql, [id, scope], (row) => ({
    payload: text(row, "payload"),
    author: {
      agentFamily: text(row, "agent_family"),
      clientId: text(row, "client_id"),
      pcId: text(row, "pc_id"),
      sessionId: text(row, "session_id"),
    },
  }));
}

/** The record of that id in that scope, whatever its state. */
export function findRecord(store: Store, id: string, scope: Scope): StoredObservation | undefined {
  return store.get(`${SELECT_STORED} WHERE o.id = ? AND o.scope = ?`, [id, scopeLabel(scope)], readStored);
}

/** The live records of a scope that name a reference, oldest first. */
export function findReferring(store: Store, scope: Scope, reference: string): StoredObservation[] {
  const sql = `${SELECT_STORED} JOIN facet f ON f.row = o.row AND f.kind = 'reference' AND f.value = ?
    WHERE o.scope = ? AND o.state = ${STATE.live} ORDER BY o.created_at, o.id`;
  return store.all(sql, [reference, scopeLabel(scope)], readStored);
}

/** Whether the record of that id in that scope is deleted, or its deletion is all that came. */
export function isTombstoned(store: Store, id: string, scope: Scope): boolean {
  return knownTombstone(store, id, scopeLabel(scope)) !== undefined;
}

// How many records are read at a time where all are gone through.
const PAGE = 500;

/**
 * The records that a condition on `observation o` and `author a` holds for, in the order of their rows, a page at a time:
 * node:sqlite's iterator ends in silence at a damaged page, so it would pass off a part as the whole.
 */
export function* eachStored(
  store: Store,
  where: string,
  values: readonly Value[],
): Generator<StoredObservation, void> {
  for (let last = -1;;) {
    const page = store.all(
      `${SELECT_STORED} WHERE ${where} AND o.row > ? ORDER BY o.row LIMIT ${PAGE}`,
      [...values, last],
      readStored,
    );
    yield* page;
    const end = page.at(-1);
    if (end === undefined || page.length < PAGE) return;
    last = end.row;
  }
}

/** Reads a row of STORED_COLUMNS. */
export function readStored(row: Row): StoredObservation {
  const scope = parseScopeLabel(text(row, "scope"));
  if (scope === undefined) {
    throw new DamagedRow(`Record ${text(row, "id")} has the scope ${text(row, "scope")}`);
  }
  const author = {
    agentFamily: text(row, "agent_family"),
    clientId: text(row, "client_id"),
    pcId: text(row, "pc_id"),
    sessionId: text(row, "session_id"),
  };
  const observation = parseObservation(text(row, "payload"), { scope, id: text(row, "id"), author });
  if (isMalformed(observation)) {
    throw new DamagedRow(`Record ${text(row, "id")} is unreadable: ${observation.reason}`);
  }
  return {
    row: number(row, "row"),
    state: stateOf(number(row, "state")),
    shadowedAt: numberOrNone(row, "shadowed_at"),
    observation,
  };
}

/** The key under which the mesh has an observation. */
export function observationKey(observation: Observation): string {
  return recordKey("obs", observation.scope, observation.author, observation.id);
}

/** The row of an author, made when there is none. */
function authorRow(store: Store, author: Authorship): number {
  const values = [author.agentFamily, author.clientId, author.pcId, author.sessionId];
  const known = store.get(
    "SELECT author FROM author WHERE agent_family = ? AND client_id = ? AND pc_id = ? AND session_id = ?",
    values,
    (row) => number(row, "author"),
  );
  return known ??
    store.run(
      "INSERT INTO author (agent_family, client_id, pc_id, session_id) VALUES (?, ?, ?, ?)",
      ...values,
    ).row;
}

/** Whether one payload of a record wins over another: what follows from the set of payloads and certificates alone. */
export function beats(
  one: Observation,
  oneVerdict: Kept | undefined,
  other: Observation,
  otherVerdict: Kept | undefined,
): boolean {
  const proven = Number(isProven(oneVerdict)) - Number(isProven(otherVerdict));
  const purged = Number(one.purgedAt !== undefined) - Number(other.purgedAt !== undefined);
  return proven === 0 && purged !== 0
    ? purged > 0
    : outranks(one.payload, oneVerdict, other.payload, otherVerdict);
}

// What this host saw before a certificate was revoked does not give way to what came after.
function isFromBefore(one: Kept | undefined, other: Kept | undefined): boolean {
  return one?.state === "verified" && other?.state === "revoked";
}

/** The same for payloads of which none erases anything: tombstones. */
export function outranks(
  one: string,
  oneVerdict: Kept | undefined,
  other: string,
  otherVerdict: Kept | undefined,
): boolean {
  const proven = Number(isProven(oneVerdict)) - Number(isProven(otherVerdict));
  return proven === 0 ? sha256(one) < sha256(other) : proven > 0;
}

/** What the signature of a record that is here came to; undefined when it has none. */
export function verdictOf(store: Store, { id, scope }: Observation): Kept | undefined {
  return keptVerdict(store, "o", id, scopeLabel(scope));
}

function setAside(store: Store, observation: Observation, reason: string, now: Micros): void {
  quarantine(store, { key: observationKey(observation), reason, seenAt: now, payload: observation.payload });
}

function insert(
  store: Store,
  observation: Observation,
  verdict: Kept,
  shadowedAt: Micros | undefined,
): void {
  const label = scopeLabel(observation.scope);
  const state = initialState(store, observation, label, shadowedAt);
  const { row } = store.run(
    `INSERT INTO observation (id, scope, author, project, memory_type, importance, created_at, expires_at, subject_key,
      state, shadowed_at, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    observation.id,
    label,
    authorRow(store, observation.author),
    observation.project,
    observation.memoryType,
    observation.importance,
    observation.createdAt,
    observation.expiresAt ?? null,
    subjectKey(observation) ?? null,
    STATE[state],
    shadowedAt ?? null,
    observation.payload,
  );
  if (state === "live") show(store, row, observation);
  keepVerdict(store, "o", observation.id, label, verdict);
  if (observation.purgedAt !== undefined) {
    dropQuarantined(store, `mem/${label}/obs/`, observation.id, isProven(verdict) ? undefined : SIGNATURE);
  }
}

function initialState(
  store: Store,
  observation: Observation,
  label: ScopeLabel,
  shadowedAt: Micros | undefined,
): RecordState {
  const tombstoned = store.get(
    "SELECT 1 FROM tombstone WHERE id = ? AND scope = ?",
    [observation.id, label],
    () => true,
  );
  if (tombstoned) return "tombstoned";
  if (observation.purgedAt !== undefined) return "purged";
  return shadowedAt === undefined ? "live" : "shadowed";
}

function revive(store: Store, stored: StoredObservation): void {
  store.run("UPDATE observation SET state = ?, shadowed_at = NULL WHERE row = ?", STATE.live, stored.row);
  show(store, stored.row, stored.observation);
}

function hide(store: Store, stored: StoredObservation): void {
  if (stored.state === "live") unshow(store, stored);
  store.run("UPDATE observation SET state = ? WHERE row = ?", STATE.tombstoned, stored.row);
}

/** Takes a record's body away; what is left of it is its tombstone, if it has one. */
export function dropBody(store: Store, stored: StoredObservation): void {
  if (stored.state === "live") unshow(store, stored);
  store.run("DELETE FROM observation WHERE row = ?", stored.row);
  dropVerdict(store, "o", stored.observation.id, scopeLabel(stored.observation.scope));
}

function show(store: Store, row: number, observation: Observation): void {
  addEdges(store, observation);
  addFacets(store, row, observation);
  addToIndex(store, row, observation);
}

function unshow(store: Store, { row, observation }: StoredObservation): void {
  removeEdges(store, observation.id, scopeLabel(observation.scope));
  removeFacets(store, row, observation);
  removeFromIndex(store, row, observation);
}

function stateOf(value: number): RecordState {
  if (value === STATE.tombstoned) return "tombstoned";
  if (value === STATE.shadowed) return "shadowed";
  return value === STATE.purged ? "purged" : "live";
}
