import { scopeLabel } from "../core/scope.ts";
import { enqueue } from "../store/outbox.ts";
import type { Value } from "../store/row.ts";
import { isAtHome, keepRecordAtHome } from "./at_home.ts";
import type { MemoryContext } from "./context.ts";
import { deriveSubject, deriveSummary } from "./derive.ts";
import { newRecordId, signObservation } from "./judgement.ts";
import { formatObservation, type Observation } from "./observation.ts";
import { eachStored, mergeObservation } from "./records.ts";
import { isPlaceholder } from "./required.ts";
import { isShared, requireOwnMode } from "../core/shared.ts";
import { supersededBy } from "./supersede.ts";

/** A memory that lacks its subject or summary, and what they would be. */
export interface BackfillPlan {
  readonly old: Observation;
  readonly subject: string;
  readonly summary: string;
}

/** What a look at the memories found. */
export interface BackfillScan {
  readonly scanned: number;
  readonly plans: readonly BackfillPlan[];
  /** Lacks something, but has no content to take it from. */
  readonly withoutContent: number;
  /** Lacks something, but a newer memory has taken its place. */
  readonly alreadyRepaired: number;
  readonly unknownFamily: number;
}

/** Looks for live memories without subject or summary. */
export function scanForBackfill(context: MemoryContext, project: string | undefined): BackfillScan {
  const { store, settings } = context;
  const now = context.clock();
  const scopes = settings.readable.map(() => "?").join(", ");
  const values: Value[] = [...settings.readable, ...(project === undefined ? [] : [project])];
  const plans: BackfillPlan[] = [];
  let scanned = 0;
  let withoutContent = 0;
  let alreadyRepaired = 0;
  let unknownFamily = 0;
  const ofProject = project === undefined ? "" : "AND o.project = ?";
  const rows = eachStored(store, `o.state = 0 AND o.scope IN (${scopes}) ${ofProject}`, values);
  for (const { observation } of rows) {
    scanned++;
    if (observation.author.agentFamily === "unknown") unknownFamily++;
    if (!isPlaceholder(observation.subject) && !isPlaceholder(observation.summary)) continue;
    if (observation.content.trim() === "") withoutContent++;
    else if (supersededBy(store, observation.id, observation.scope, now).length > 0) alreadyRepaired++;
    else plans.push(plan(observation));
  }
  return { scanned, plans, withoutContent, alreadyRepaired, unknownFamily };
}

/**
 * Saves a completed copy of a memory that supersedes the old one: same content and time, this host's identity, since it
 * is this host that says so.
 */
export function backfill(context: MemoryContext, { old, subject, summary }: BackfillPlan): Observation {
  const { store, settings } = context;
  requireOwnMode(settings, "backfill");
  const { id, nonce } = newRecordId(context, old.scope);
  const fields = {
    ...old,
    id,
    author: context.identity,
    subject,
    summary,
    supersedes: [...old.supersedes, old.id],
  };
  const now = context.clock();
  const unsigned = { ...fields, payload: formatObservation(fields) };
  const { record: observation, verdict } = signObservation(context, unsigned, nonce, now);
  store.write(() => {
    mergeObservation(store, observation, now, undefined, verdict);
    const scope = scopeLabel(observation.scope);
    if (isAtHome(store, old.id, scope)) keepRecordAtHome(store, observation.id, scope);
    else if (isShared(settings)) enqueue(store, "observation", observation.id, scope, now);
  });
  return observation;
}

function plan(old: Observation): BackfillPlan {
  return {
    old,
    subject: isPlaceholder(old.subject) ? deriveSubject(old.content) : old.subject,
    summary: isPlaceholder(old.summary) ? deriveSummary(old.content) : old.summary,
  };
}
