import type { Micros } from "../core/clock.ts";
import { parseRecordKey } from "../core/keyspace.ts";
import { parseScopeLabel } from "../core/scope.ts";
import { CONFLICT, quarantine } from "../store/quarantine.ts";
import { quarantinedFor, quarantinedRecord, type QuarantineRow, release } from "../store/release.ts";
import type { Store } from "../store/store.ts";
import { knownCertificates } from "../trust/certificates.ts";
import { refusal, type Verdict } from "../trust/judge.ts";
import * as reasons from "../trust/reasons.ts";
import {
  dropVerdict,
  foreignDeletions,
  keepVerdict,
  keptVerdict,
  type StaleVerdict,
  staleVerdicts,
} from "../trust/verdicts.ts";
import { ingest } from "./ingest.ts";
import { judgeObservation, judgeTombstone } from "./judgement.ts";
import { isMalformed } from "./observation.ts";
import { outgoingRecord } from "./outgoing.ts";
import { dropBody, findRecord, observationKey, withdrawTombstone } from "./records.ts";
import { parseTombstone } from "./tombstone.ts";

/** How signatures are looked at again. */
export interface Recheck {
  readonly store: Store;
  /** As in Ingestion. */
  readonly refuseUnproven: boolean;
  /**
   * `certificates`: what a certificate or a revocation that has come may change. `all`: also everything that was set aside for its
   * signature, since the authority or the policy has changed, or somebody asks.
   */
  readonly cause: "certificates" | "all";
}

/** Where memories and their tombstones stand. */
const BELOW = "mem/";

/** Records that are looked at in one transaction: about 10 ms. */
const BATCH = 32;

/**
 * Judges records again whose signature may come to something else by now, those that are here and those that were set aside, a few
 * at a time. Gives after each transaction the ids of what it touched, so that others get their turn. When it is interrupted,
 * `all` makes up for it.
 */
export function* recheck(how: Recheck): Generator<readonly string[], void> {
  const { store, cause } = how;
  for (let before = "";;) {
    const stale = staleVerdicts(store, BATCH);
    // Judging takes each out of the list; should it not, that is no reason to go on for ever.
    const now = JSON.stringify(stale);
    if (stale.length === 0 || now === before) break;
    before = now;
    yield* inBatches(store, stale, (one) => judgeAgain(how, one));
  }
  yield* inBatches(store, foreignDeletions(store), (one) => judgeAgain(how, one));
  const begins = cause === "all"
    ? [reasons.SIGNATURE, reasons.FORGED, CONFLICT]
    : knownCertificates(store).flatMap(({ id, host }) => [reasons.awaits(id), reasons.foreign(host)])
      .flatMap((reason) => [reason, `${CONFLICT}; ${reason}`]);
  yield* inBatches(
    store,
    begins.flatMap((reason) => quarantinedFor(store, BELOW, reason)),
    (row) => ingestAgain(how, row),
  );
}

function* inBatches<T>(
  store: Store,
  items: readonly T[],
  look: (item: T) => string | undefined,
): Generator<readonly string[], void> {
  for (let at = 0; at < items.length; at += BATCH) {
    yield store.write(() => items.slice(at, at + BATCH).flatMap((item) => look(item) ?? []));
  }
}

// In the caller's transaction. Gives the id.
function ingestAgain(how: Recheck, row: QuarantineRow): string | undefined {
  const { store, refuseUnproven } = how;
  const released = release(store, row);
  if (released === undefined) return undefined;
  const { key, payload, seenAt } = released;
  ingest(store, { key, payload }, { now: seenAt, republish: false, refuseUnproven });
  return parseRecordKey(key)?.id;
}

function judgeAgain(how: Recheck, stale: StaleVerdict): string {
  const { store } = how;
  const kept = keptVerdict(store, stale.kind, stale.id, stale.scope);
  if (kept === undefined) return stale.id;
  if (stale.kind === "t") judgeTombstoneAgain(how, stale, kept.seenAt);
  else judgeObservationAgain(how, stale, kept.seenAt);
  return stale.id;
}

function judgeTombstoneAgain(how: Recheck, { kind, id, scope: label }: StaleVerdict, seenAt: Micros): void {
  const { store } = how;
  const found = outgoingRecord(store, "tombstone", id, label);
  const key = found === undefined ? undefined : parseRecordKey(found.key);
  const tombstone = found === undefined ? undefined : parseTombstone(found.payload, id);
  if (
    found === undefined || key?.scope === undefined || tombstone === undefined || isMalformed(tombstone)
  ) {
    return dropVerdict(store, kind, id, label);
  }
  const verdict = judgeTombstone(store, tombstone, key.scope, key, seenAt);
  const reason = refusalNow(how, verdict);
  if (reason === undefined) return keepVerdict(store, kind, id, label, verdict);
  withdrawTombstone(store, id, key.scope);
  quarantine(store, { ...found, reason, seenAt });
  for (const row of quarantinedRecord(store, `${BELOW}${label}/tomb/`, id, CONFLICT)) ingestAgain(how, row);
}

function judgeObservationAgain(how: Recheck, { kind, id, scope: label }: StaleVerdict, seenAt: Micros): void {
  const { store } = how;
  const scope = parseScopeLabel(label);
  const stored = scope === undefined ? undefined : findRecord(store, id, scope);
  if (stored === undefined) return dropVerdict(store, kind, id, label);
  const { observation } = stored;
  const verdict = judgeObservation(store, observation, seenAt);
  const reason = refusalNow(how, verdict);
  if (reason === undefined) keepVerdict(store, kind, id, label, verdict);
  else {
    dropBody(store, stored);
    quarantine(store, { key: observationKey(observation), payload: observation.payload, reason, seenAt });
  }
  // It should never have been taken, or it came after a revocation: what had to give way to it is looked at again.
  if (reason === undefined && verdict.state !== "revoked") return;
  for (const row of quarantinedRecord(store, `${BELOW}${label}/obs/`, id, CONFLICT)) ingestAgain(how, row);
}

// What was here before the policy stays, but not what would have been refused had the revocation been known.
function refusalNow({ refuseUnproven }: Recheck, verdict: Verdict): string | undefined {
  return refusal(verdict, refuseUnproven && verdict.state === "revoked");
}
