import type { Micros } from "../core/clock.ts";
import { Failure } from "../core/errors.ts";
import { pythonJson } from "../core/json.ts";
import { scopeLabel } from "../core/scope.ts";
import { formatTime } from "../core/time.ts";
import { enqueue } from "../store/outbox.ts";
import type { MemoryContext } from "./context.ts";
import { signStub } from "./judgement.ts";
import type { Observation } from "./observation.ts";
import { mergeObservation, type StoredObservation } from "./records.ts";
import { dropRemains } from "./search/index.ts";
import { isShared, requireOwnMode } from "../core/shared.ts";

/**
 * Erases the content of records everywhere: a stub with the same identity takes the record's place and beats every
 * other payload of it, so that no host brings it back (DESIGN §5).
 */
export function purgeRecords(context: MemoryContext, records: readonly StoredObservation[]): void {
  const { store, clock, settings } = context;
  requireOwnMode(settings, "erase");
  // Freed pages are overwritten, so that the text is gone from the file too.
  store.script("PRAGMA secure_delete = ON");
  store.write(() => {
    for (const { observation } of records) {
      const now = clock();
      const { record, verdict } = signStub(context, stubOf(observation, now), observation, now);
      const merged = mergeObservation(store, record, now, undefined, verdict);
      if (merged === "conflict" || merged === "quarantined") throw notTheirs(observation);
      if (isShared(settings)) {
        enqueue(store, "observation", observation.id, scopeLabel(observation.scope), now);
      }
    }
  });
  dropRemains(store);
  // The write-ahead log still holds what was erased until it is emptied.
  store.script("PRAGMA wal_checkpoint(TRUNCATE)");
}

// Nobody who checks signatures would take the stub either.
function notTheirs({ id, author }: Observation): Failure {
  return new Failure(
    `Cannot erase ${id}: it is signed by the host ${author.pcId}, and this host is not one of its user's. Erase it there, or ` +
      "delete it.",
  );
}

// The member that Python's version does not know comes first: there it survives byte for byte (compat data §2.1).
function stubOf({ id, scope, author, createdAt }: Observation, now: Micros): Observation {
  const empty = {
    content: "",
    project: "",
    tags: [],
    memoryType: "note",
    importance: 1,
    subject: "",
    summary: "",
    sourceFiles: [],
    references: [],
    supersedes: [],
    expiresAt: undefined,
  } as const;
  const payload = pythonJson({
    purged_at: formatTime(now),
    content: "",
    agent_family: author.agentFamily,
    client_id: author.clientId,
    pc_id: author.pcId,
    session_id: author.sessionId,
    project: "",
    tags: [],
    observation_id: id,
    created_at: formatTime(createdAt),
    memory_type: "note",
    importance: 1,
    subject: "",
    summary: "",
    source_files: [],
    references: [],
    supersedes: [],
    visibility: scope.tier,
    scope_id: scope.id,
    expires_at: "",
  });
  return { ...empty, id, scope, author, createdAt, purgedAt: now, payload };
}
