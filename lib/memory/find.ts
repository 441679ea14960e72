import { Failure, UsageError } from "../core/errors.ts";
import { isId, isIdPrefix } from "../core/ids.ts";
import type { MemoryContext } from "./context.ts";
import { readStored, STORED_COLUMNS, type StoredObservation } from "./records.ts";
import { supersededBy } from "./supersede.ts";

/** What can be told of a record: the stored states, and those that depend on the time and on other records. */
export type MemoryState = "live" | "superseded" | "expired" | "tombstoned" | "shadowed" | "purged";

/** A record with its state and those that supersede it. */
export interface FoundMemory {
  readonly stored: StoredObservation;
  readonly state: MemoryState;
  readonly supersededBy: readonly string[];
}

/**
 * Finds a record of a readable scope by its id or by eight or more of its first digits. Throws a UsageError when the
 * text cannot be an id or fits several records, a Failure when there is none.
 */
export function findMemory(context: MemoryContext, idOrPrefix: string): FoundMemory {
  const wanted = idOrPrefix.trim().toLowerCase();
  if (!isIdPrefix(wanted)) {
    throw new UsageError(
      `Cannot look up "${idOrPrefix}": it is not an id. Give its 32 hexadecimal digits, or the first 8 or more of them.`,
    );
  }
  const found = lookUp(context, wanted);
  const [first, ...others] = found;
  if (first === undefined) {
    throw new Failure(`Cannot find a memory with the id ${wanted}. Search for it, or give more of the id.`);
  }
  if (others.length > 0 && !isId(wanted)) {
    const ids = found.slice(0, 3).map(({ observation }) => observation.id).join(", ");
    throw new UsageError(
      `Cannot tell which memory is meant: ${wanted} begins several ids (${ids}). Give more digits.`,
    );
  }
  return describe(context, first);
}

/** Adds to a record what depends on the time and on other records. */
export function describe(context: MemoryContext, stored: StoredObservation): FoundMemory {
  const { id, scope, expiresAt } = stored.observation;
  const now = context.clock();
  const winners = supersededBy(context.store, id, scope, now);
  if (stored.state !== "live") return { stored, state: stored.state, supersededBy: winners };
  if (winners.length > 0) return { stored, state: "superseded", supersededBy: winners };
  const expired = expiresAt !== undefined && expiresAt <= now;
  return { stored, state: expired ? "expired" : "live", supersededBy: [] };
}

// A record in the narrowest scope first, should one id ever stand in several.
function lookUp({ store, settings }: MemoryContext, prefix: string): StoredObservation[] {
  const scopes = settings.readable.map(() => "?").join(", ");
  return store.all(
    `SELECT ${STORED_COLUMNS} FROM observation o JOIN author a ON a.author = o.author
      WHERE o.id >= ? AND o.id < ? AND o.scope IN (${scopes}) ORDER BY o.id, o.scope DESC LIMIT 10`,
    [prefix, `${prefix}g`, ...settings.readable],
    readStored,
  );
}
