import { parseRecordKey } from "../core/keyspace.ts";
import { MESH, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import type { Part, RecordName, RecordSpace } from "../store/exchange.ts";
import { digests } from "./digests.ts";
import { ingest, ingestDelete, isKnown } from "./ingest.ts";
import { outgoingRecord } from "./outgoing.ts";
import { refusedRecord } from "./refused.ts";

/** Memories and their tombstones, as hosts exchange them. */
export const MEMORIES: RecordSpace = {
  kinds: ["o", "t"],
  owns: (key) => key.startsWith("mem/"),
  nameOf,
  syncKey: (scope) => `mem/${scope}/sync`,
  // The oldest keys name no tier; they belong to the mesh.
  subscriptions: (scope) => [`mem/${scope}/**`, ...(isMesh(scope) ? ["mem/obs/**", "mem/tomb/**"] : [])],
  parts,
  ingest,
  ingestDelete,
  isKnown,
  digests,
  outgoing: (store, kind, id, scope) =>
    outgoingRecord(store, kind, id, scope) ??
      (kind === "observation" || kind === "tombstone" ? refusedRecord(store, kind, id, scope) : undefined),
};

function nameOf(key: string): RecordName | undefined {
  const read = parseRecordKey(key);
  return read === undefined ? undefined : { kind: read.kind === "obs" ? "o" : "t", id: read.id };
}

/**
 * By the first digit of the ids, so that no more than a part of it is in memory at a time. Tombstones first, so that nothing
 * that was deleted is shown meanwhile.
 */
function parts(scope: ScopeLabel): Part[] {
  const spaces = isMesh(scope) ? [`mem/${scope}`, "mem"] : [`mem/${scope}`];
  return [..."0123456789abcdef"].map((digit) => ({
    steps: ["tomb", "obs"].map((kind) => spaces.map((space) => `${space}/${kind}/*/*/*/*/${digit}$*`)),
    kinds: ["o", "t"],
    prefix: digit,
  }));
}

function isMesh(scope: ScopeLabel): boolean {
  return scope === scopeLabel(MESH);
}
