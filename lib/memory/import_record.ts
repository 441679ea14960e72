import { isId } from "../core/ids.ts";
import { type Authorship, keyChunk, parseRecordKey, type RecordKey } from "../core/keyspace.ts";
import { parseScopeLabel, type Scope, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { parseTime } from "../core/time.ts";
import type { Micros } from "../core/clock.ts";
import type { PythonRecord } from "../store/python/record.ts";
import { isMalformed, type Observation, ownScope, parseObservation } from "./observation.ts";
import { formatTombstone, parseTombstone, type Tombstone } from "./tombstone.ts";

/** A record of Python's version, read: what of it can be merged and what has to be kept aside. */
export interface ReadRecord {
  readonly observation: Observation | undefined;
  /** When Python's version lost sight of it; undefined when it did not. */
  readonly shadowedAt: Micros | undefined;
  readonly deletion: Deletion | undefined;
  /** Payloads that cannot be live. */
  readonly aside: readonly { readonly key: string; readonly reason: string; readonly payload: string }[];
}

/** A deletion that was found. */
export interface Deletion {
  readonly tombstone: Tombstone;
  /** Only that it was deleted is known; the tombstone was made from that and gives way to any other. */
  readonly inferred: boolean;
  /** Where it acts: one scope, or all of this user's where nothing says which. */
  readonly scopes: readonly Scope[];
  readonly author: Authorship;
}

// Of a deletion whose observation is not known, nobody can say who wrote that.
const NOBODY: Authorship = {
  agentFamily: keyChunk(""),
  clientId: keyChunk(""),
  pcId: keyChunk(""),
  sessionId: keyChunk(""),
};

/**
 * Reads a record that stands in the file called `file`; undefined when it belongs to a scope that is not in `readable`.
 * A deletion without scope acts in all of `readable`, so that it is never undone. Never throws.
 */
export function readRecord(
  record: PythonRecord,
  file: string,
  readable: readonly ScopeLabel[],
): ReadRecord | undefined {
  const key = record.key === undefined ? undefined : parseRecordKey(record.key);
  if (record.key !== undefined) {
    if (key === undefined) return allAside(record, file, "its key is not a record's");
    if ((key.kind === "obs") !== (record.observation !== undefined)) {
      return allAside(record, file, "its kind is not its key's");
    }
  }
  const scope = key?.scope ?? (record.observation === undefined ? undefined : ownScope(record.observation));
  if (scope !== undefined && !readable.includes(scopeLabel(scope))) return undefined;
  if (record.observation === undefined && record.deletedAt === undefined) {
    return allAside(record, file, "it has neither content nor deletion");
  }
  const aside: { key: string; reason: string; payload: string }[] = [];
  const observation = readObservation(record, key, scope, aside, file);
  return {
    observation,
    shadowedAt: record.shadowedAt === undefined ? undefined : parseTime(record.shadowedAt) ?? 0,
    deletion: readDeletion(record, key, scope, observation, readable, aside, file),
    aside,
  };
}

type Aside = ReadRecord["aside"][number];

function readObservation(
  record: PythonRecord,
  key: RecordKey | undefined,
  scope: Scope | undefined,
  aside: Aside[],
  file: string,
): Observation | undefined {
  if (record.observation === undefined || scope === undefined) return undefined;
  const read = parseObservation(record.observation, { scope, id: key?.id ?? record.id, author: key });
  if (!isMalformed(read)) return read;
  aside.push({ key: placeOf(record, file), reason: read.reason, payload: record.observation });
  return undefined;
}

function readDeletion(
  record: PythonRecord,
  key: RecordKey | undefined,
  scope: Scope | undefined,
  observation: Observation | undefined,
  readable: readonly ScopeLabel[],
  aside: Aside[],
  file: string,
): Deletion | undefined {
  if (record.deletedAt === undefined) return undefined;
  const id = key?.id ?? record.id;
  const where = {
    scopes: scope === undefined ? readable.flatMap((label) => parseScopeLabel(label) ?? []) : [scope],
    author: observation?.author ?? key ?? NOBODY,
  };
  if (record.tombstone !== undefined) {
    const tombstone = parseTombstone(record.tombstone, id);
    if (!isMalformed(tombstone)) return { tombstone, inferred: false, ...where };
    aside.push({ key: placeOf(record, file), reason: tombstone.reason, payload: record.tombstone });
  }
  // That there is a tombstone is the deletion, whatever it says (compat data §2.2).
  if (!isId(id)) return undefined;
  return { tombstone: formatTombstone(id, "", parseTime(record.deletedAt) ?? 0), inferred: true, ...where };
}

function allAside(record: PythonRecord, file: string, reason: string): ReadRecord {
  const payload = record.observation ?? record.tombstone ?? "";
  return {
    observation: undefined,
    shadowedAt: undefined,
    deletion: undefined,
    aside: [{ key: placeOf(record, file), reason, payload }],
  };
}

function placeOf(record: PythonRecord, file: string): string {
  return record.key ?? `python:${file}:${record.id}`;
}
