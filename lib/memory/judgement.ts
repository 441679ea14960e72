import type { Micros } from "../core/clock.ts";
import type { Authorship } from "../core/keyspace.ts";
import { newId } from "../core/ids.ts";
import { type Scope, scopeLabel } from "../core/scope.ts";
import { text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { judge, type Judged, judgeOwn, signingKeyOf, type Verdict } from "../trust/judge.ts";
import { grants } from "../trust/certificates.ts";
import { newOwnId, nonceOf, withNonce } from "../trust/own_id.ts";
import { readSignature, type Signer, signPayload } from "../trust/signature.ts";
import type { MemoryContext } from "./context.ts";
import type { Observation } from "./observation.ts";
import type { Tombstone } from "./tombstone.ts";

/** A record of ours as it goes into the database: signed, where this host signs, with what that comes to. */
export interface Signed<T> {
  readonly record: T;
  readonly verdict: Verdict;
}

/** Judges an observation by its signature. `seenAt`: when this host first saw it. */
export function judgeObservation(store: Store, observation: Observation, seenAt: Micros): Verdict {
  return judge(store, observationJudged(store, observation, seenAt));
}

/** Judges a tombstone by its signature; `author` is the observation's. */
export function judgeTombstone(
  store: Store,
  tombstone: Tombstone,
  scope: Scope,
  author: Authorship,
  seenAt: Micros,
): Verdict {
  return judge(store, tombstoneJudged(store, tombstone, scope, author, seenAt));
}

/** The id of a new record of this host in a scope, and what proves that it made it, where it signs. */
export function newRecordId(
  { signer, random }: Pick<MemoryContext, "signer" | "random">,
  scope: Scope,
): { readonly id: string; readonly nonce: string | undefined } {
  return signer !== undefined && grants(signer, scopeLabel(scope))
    ? newOwnId(signer.host, random)
    : { id: newId(random), nonce: undefined };
}

/** Signs a new observation of this host, where it signs: at its save, never later. `nonce`: that of `newRecordId`. */
export function signObservation(
  { store, signer }: Pick<MemoryContext, "store" | "signer">,
  observation: Observation,
  nonce: string | undefined,
  now: Micros,
): Signed<Observation> {
  const judged = observationJudged(store, observation, now);
  // What is written has to be proven, so it is not signed where its id proves nothing.
  return sign(store, nonce === undefined ? undefined : signer, observation, judged, nonce);
}

/** Signs the stub of an erased observation; its payload is not signed yet. */
export function signStub(
  { store, signer }: Pick<MemoryContext, "store" | "signer">,
  stub: Observation,
  erased: Observation,
  now: Micros,
): Signed<Observation> {
  return sign(store, signer, stub, observationJudged(store, stub, now), nonceIn(erased));
}

/** Signs the deletion of an observation by this host, where it signs. */
export function signTombstone(
  { store, signer }: Pick<MemoryContext, "store" | "signer">,
  tombstone: Tombstone,
  deleted: Observation,
  now: Micros,
): Signed<Tombstone> {
  const { scope, author } = deleted;
  return sign(
    store,
    signer,
    tombstone,
    tombstoneJudged(store, tombstone, scope, author, now),
    nonceIn(deleted),
  );
}

// What the certificate does not grant stays unsigned: signed, it would be taken for a forgery everywhere.
function sign<T extends { readonly payload: string }>(
  store: Store,
  signer: Signer | undefined,
  record: T,
  judged: Judged,
  nonce: string | undefined,
): Signed<T> {
  if (signer === undefined || !grants(signer, scopeLabel(judged.scope))) {
    return { record, verdict: judge(store, judged) };
  }
  const unsigned = nonce === undefined ? record.payload : withNonce(record.payload, nonce);
  const payload = signPayload(signer, signingKeyOf(judged), unsigned);
  return { record: { ...record, payload }, verdict: judgeOwn(store, signer, { ...judged, payload }, nonce) };
}

// Whoever deletes or erases shows again what proves whose record it is.
function nonceIn({ payload }: Observation): string | undefined {
  const read = readSignature(payload);
  return read.is === "signature" ? nonceOf(read.payload) : undefined;
}

function observationJudged(store: Store, observation: Observation, seenAt: Micros): Judged {
  const { id, scope, author, purgedAt, payload } = observation;
  const act = purgedAt === undefined ? "write" : "erase";
  return { kind: "obs", act, id, scope, author, payload, seenAt, writtenBy: () => writer(store, id, scope) };
}

function tombstoneJudged(
  store: Store,
  { id, payload }: Tombstone,
  scope: Scope,
  author: Authorship,
  seenAt: Micros,
): Judged {
  const writtenBy = () => writer(store, id, scope);
  return { kind: "tomb", act: "erase", id, scope, author, payload, seenAt, writtenBy };
}

function writer(store: Store, id: string, scope: Scope): string | undefined {
  const sql = `SELECT a.pc_id FROM observation o JOIN author a ON a.author = o.author
    WHERE o.id = ? AND o.scope = ?`;
  return store.get(sql, [id, scopeLabel(scope)], (row) => text(row, "pc_id"));
}
