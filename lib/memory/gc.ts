import { DAY, type Micros } from "../core/clock.ts";
import type { Value } from "../store/row.ts";
import type { MemoryContext } from "./context.ts";
import { deleteRecords } from "./delete.ts";
import { dropBody, readStored, STORED_COLUMNS, type StoredObservation } from "./records.ts";
import { requireOwnMode } from "../core/shared.ts";

/** How long bodies of deleted records stay unless told otherwise, in days (compat data §4.10). */
export const RETENTION_DAYS = 30;

/** What a sweep would take away, or took. Tombstones themselves stay for ever (DESIGN §5). */
export interface Sweep {
  /** Live records whose time is over: they get a tombstone. */
  readonly expired: readonly StoredObservation[];
  /** Deleted records whose body goes. */
  readonly tombstoned: readonly StoredObservation[];
  /** Records that Python's version had lost sight of, and whose body goes. */
  readonly shadowed: readonly StoredObservation[];
}

/** Finds what is older than the retention, in one project or in all. */
export function findSweep(context: MemoryContext, retentionDays: number, project: string | undefined): Sweep {
  const now = context.clock();
  const before = now - retentionDays * DAY;
  return {
    expired: select(context, "o.state = 0 AND o.expires_at IS NOT NULL AND o.expires_at <= ?", now, project),
    tombstoned: select(
      context,
      "o.state = 1 AND EXISTS (SELECT 1 FROM tombstone t WHERE t.id = o.id AND t.scope = o.scope AND t.deleted_at < ?)",
      before,
      project,
      // The stub of an erased record has no body to drop, and other hosts would send it again.
    ).filter(({ observation }) => observation.purgedAt === undefined),
    shadowed: select(context, "o.state = 2 AND o.shadowed_at < ?", before, project),
  };
}

/** Gives expired records their tombstones, then takes the bodies of the others away, in one transaction. */
export function sweep(context: MemoryContext, found: Sweep): void {
  requireOwnMode(context.settings, "clean up");
  context.store.write(() => {
    deleteRecords(context, found.expired, "expired-ttl");
    for (const record of [...found.tombstoned, ...found.shadowed]) dropBody(context.store, record);
  });
}

/** The live and deleted records of one host, all or those of sessions that begin so, by session. */
export function recordsOfHost(
  context: MemoryContext,
  pcId: string,
  sessionPrefix: string,
): StoredObservation[] {
  return context.store.all(
    `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author
      WHERE a.pc_id = ? AND substr(a.session_id, 1, ?) = ? AND o.state <> 3 ORDER BY a.session_id, o.row`,
    [pcId, sessionPrefix.length, sessionPrefix],
    readStored,
  );
}

/** The ids of every scope's records with this id, for `gc --force-id`. */
export function recordsWithId(context: MemoryContext, id: string): StoredObservation[] {
  return context.store.all(
    `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author WHERE o.id = ? AND o.state <> 3`,
    [id],
    readStored,
  );
}

function select(
  { store }: MemoryContext,
  where: string,
  time: Micros,
  project: string | undefined,
): StoredObservation[] {
  const values: Value[] = project === undefined ? [time] : [time, project];
  return store.all(
    `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author
      WHERE ${where} ${project === undefined ? "" : "AND o.project = ?"} ORDER BY o.row`,
    values,
    readStored,
  );
}
