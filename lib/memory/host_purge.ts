import type { Micros } from "../core/clock.ts";
import { scopeLabel } from "../core/scope.ts";

import { isShared, requireOwnMode } from "../core/shared.ts";
import { enqueue } from "../store/outbox.ts";
import { number, type Value } from "../store/row.ts";
import { certificatesOf } from "../trust/certificates.ts";
import { keptVerdict } from "../trust/verdicts.ts";
import { isAtHome, keepRecordAtHome } from "./at_home.ts";
import type { MemoryContext } from "./context.ts";
import { newRecordId, signObservation } from "./judgement.ts";
import { formatObservation, type Observation } from "./observation.ts";
import {
  findRecord,
  mergeObservation,
  readStored,
  STORED_COLUMNS,
  type StoredObservation,
} from "./records.ts";
import { flagSecrets } from "./secrets/flags.ts";
import { countSelected, deleteSelected } from "./selection.ts";
import { supersededBy } from "./supersede.ts";

/** What one host did since a time, and what undoing it would take. */
export interface HostPurge {
  readonly host: string;
  readonly since: Micros;
  /** Live memories that it wrote. */
  readonly written: number;
  /** Memories of others, or of before, that it deleted and whose text is still here. */
  readonly restorable: readonly StoredObservation[];
  /** Deletions by it of which no text is here any more. */
  readonly withoutText: number;
  /** Deletions in that time that nobody signed, so that nobody can say whose they are. */
  readonly unsigned: number;
  /** Memories and deletions of it that came here in that time and say that they are older. */
  readonly backdated: number;
  /** Whether the host has a certificate that counts. */
  readonly admitted: boolean;
}

/** How a copy says of what it is one, so that none is made twice. */
const RESTORED = "restored:";

/** Looks for what a host wrote and deleted since a time, in the scopes that are readable here. */
export function findHostPurge(context: MemoryContext, host: string, since: Micros): HostPurge {
  const { store } = context;
  const certificates = certificatesOf(store, host);
  const ids = certificates.map(({ id }) => id);
  const deleted = deletions(context, ids, since);
  const restorable = deleted.filter((stored) => isRestorable(context, stored, host, since));
  return {
    host,
    since,
    written: countSelected(context, { pcId: host, since }),
    restorable,
    withoutText: count(context, `${deletedBy(ids)} AND t.deleted_at >= ? AND o.id IS NULL`, [...ids, since]),
    unsigned: count(context, "s.id IS NULL AND t.deleted_at >= ?", [since]),
    backdated:
      count(context, `${deletedBy(ids)} AND t.deleted_at < ? AND s.seen_at >= ?`, [...ids, since, since]) +
      backdatedMemories(context, host, since),
    admitted: certificates.some(({ revokedAt }) => revokedAt === undefined),
  };
}

/**
 * Deletes what the host wrote, `batch` memories a transaction, and saves again, with new ids and as this host's, what it deleted.
 * Gives how many of both. Doing it again finds nothing more to do.
 */
export function purgeHost(
  context: MemoryContext,
  { host, since, restorable }: HostPurge,
  reason: string,
  batch: number,
  progress: (done: number) => void,
): { readonly deleted: number; readonly restored: number } {
  requireOwnMode(context.settings, "purge");
  const deleted = deleteSelected(context, { pcId: host, since }, reason, batch, progress);
  // What is restored together keeps saying what it superseded of it.
  const renamed = new Map<string, { readonly id: string; readonly nonce: string | undefined }>();
  for (const { observation } of restorable) {
    renamed.set(observation.id, newRecordId(context, observation.scope));
  }
  for (let at = 0; at < restorable.length; at += batch) {
    const page = restorable.slice(at, at + batch);
    context.store.write(() => {
      for (const { observation } of page) {
        const own = renamed.get(observation.id);
        if (own !== undefined) restore(context, observation, own, (id) => renamed.get(id)?.id);
      }
    });
    progress(deleted + at + page.length);
  }
  return { deleted, restored: restorable.length };
}

// In the caller's transaction.
function restore(
  context: MemoryContext,
  old: Observation,
  { id, nonce }: { readonly id: string; readonly nonce: string | undefined },
  renamed: (id: string) => string | undefined,
): void {
  const { store, settings, clock } = context;
  const now = clock();
  const fields = {
    ...old,
    id,
    author: context.identity,
    references: [...old.references, `${RESTORED}${old.id}`],
    supersedes: [...new Set(old.supersedes.flatMap((loser) => [loser, renamed(loser) ?? []].flat()))],
    purgedAt: undefined,
  };
  const unsigned = { ...fields, payload: formatObservation(fields) };
  const { record, verdict } = signObservation(context, unsigned, nonce, now);
  mergeObservation(store, record, now, undefined, verdict);
  // It may hold what somebody else was allowed to send, and nobody here.
  flagSecrets(store, record);
  const scope = scopeLabel(old.scope);
  if (isAtHome(store, old.id, scope)) keepRecordAtHome(store, id, scope);
  else if (isShared(settings)) enqueue(store, "observation", id, scope, now);
}

// Signed by one of its certificates; whether it may is not asked.
function deletedBy(certificates: readonly string[]): string {
  return `s.certificate IN (${marks(certificates)})`;
}

const TOMBSTONES = `tombstone t
  LEFT JOIN signature s ON s.id = t.id AND s.scope = t.scope AND s.kind = 't'
  LEFT JOIN observation o ON o.id = t.id AND o.scope = t.scope`;

function deletions(
  context: MemoryContext,
  certificates: readonly string[],
  since: Micros,
): StoredObservation[] {
  const { store, settings } = context;
  return store.all(
    `SELECT ${STORED_COLUMNS} FROM ${TOMBSTONES} JOIN author a ON a.author = o.author
      WHERE ${deletedBy(certificates)} AND t.deleted_at >= ? AND t.scope IN (${marks(settings.readable)})
      ORDER BY o.row`,
    [...certificates, since, ...settings.readable],
    readStored,
  );
}

function count({ store, settings }: MemoryContext, where: string, values: readonly Value[]): number {
  const sql = `SELECT count(*) AS n FROM ${TOMBSTONES} WHERE ${where} AND t.scope IN (${
    marks(settings.readable)
  })`;
  return store.get(sql, [...values, ...settings.readable], (row) => number(row, "n")) ?? 0;
}

function backdatedMemories({ store, settings }: MemoryContext, host: string, since: Micros): number {
  const sql = `SELECT count(*) AS n FROM observation o JOIN author a ON a.author = o.author
    JOIN signature s ON s.id = o.id AND s.scope = o.scope AND s.kind = 'o'
    WHERE o.state = 0 AND a.pc_id = ? AND o.created_at < ? AND s.seen_at >= ? AND o.scope IN (${
    marks(settings.readable)
  })`;
  return store.get(sql, [host, since, since, ...settings.readable], (row) => number(row, "n")) ?? 0;
}

// Not what is to be deleted itself, what was erased or has expired, what something else has replaced, or what is back already; nor a
// text whose signature does not fit: this host would sign it as its own.
function isRestorable(
  { store, clock }: MemoryContext,
  { observation }: StoredObservation,
  host: string,
  since: Micros,
): boolean {
  const isTheirs = ({ author, createdAt }: Observation) => author.pcId === host && createdAt >= since;
  const { id, scope, expiresAt, purgedAt } = observation;
  if (isTheirs(observation) || purgedAt !== undefined) return false;
  if (keptVerdict(store, "o", id, scopeLabel(scope))?.state === "failed") return false;
  if (expiresAt !== undefined && expiresAt <= clock()) return false;
  const isReplaced = supersededBy(store, id, scope, clock()).some((winner) => {
    const found = findRecord(store, winner, scope);
    return found !== undefined && !isTheirs(found.observation);
  });
  if (isReplaced) return false;
  const back = `SELECT 1 FROM facet f JOIN observation c ON c.row = f.row
    WHERE f.kind = 'reference' AND f.value = ? AND c.scope = ? AND c.state = 0`;
  return !store.get(back, [`${RESTORED}${id}`, scopeLabel(scope)], () => true);
}

function marks(values: readonly unknown[]): string {
  return values.map(() => "?").join(", ");
}
