import { MESH, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { digests } from "../memory/digests.ts";
import { publishAll } from "./publish.ts";
import type { Exchanged, Reconciling } from "./reconcile.ts";
import { PartialAnswer, type Sample } from "./session.ts";
import { sleep } from "./timer.ts";

/** The keys are asked for by the first digit of their ids, so that no more than a sixteenth is in memory at a time. */
const DIGITS = "0123456789abcdef";

/** Pauses before a part is asked for once more. Milliseconds. */
const ASK_AGAIN_MS = [500, 2_000, 5_000] as const;

/**
 * Gets every record of a scope from every storage in reach, this host's own included, and puts into the outbox what no
 * storage has. For hosts that compare in no other way (Python 1.2.0), and for this host's own storage. Throws when answers
 * stay partial after some tries.
 */
export async function fullGet(reconciling: Reconciling, scope: ScopeLabel): Promise<Exchanged> {
  const { store, arrivals } = reconciling;
  let fetched = 0;
  let published = 0;
  for (const digit of DIGITS) {
    const there = new Set<string>();
    for (const kind of ["tomb", "obs"] as const) {
      for (const space of spacesOf(scope)) {
        const keys = `${space}/${kind}/*/*/*/*/${digit}$*`;
        await getWhole(reconciling, keys, (sample) => {
          if (sample.deleted) return;
          there.add((kind === "obs" ? "o" : "t") + sample.key.slice(-32));
          arrivals.fetched(sample);
          fetched++;
        });
        await arrivals.settled();
      }
    }
    const lacking = digests(store, scope, digit).filter(({ kind, id }) => !there.has(kind + id));
    published += await publishAll(reconciling, scope, lacking);
  }
  return { fetched, published };
}

// Keys of the oldest form belong to the mesh.
function spacesOf(scope: ScopeLabel): string[] {
  return scope === scopeLabel(MESH) ? [`mem/${scope}`, "mem"] : [`mem/${scope}`];
}

async function getWhole(
  { session, timer, signal }: Reconciling,
  keys: string,
  receive: (sample: Sample) => void,
): Promise<void> {
  for (const pause of [...ASK_AGAIN_MS, undefined]) {
    signal.throwIfAborted();
    try {
      await session.getAll(keys, receive);
      return;
    } catch (error) {
      if (!(error instanceof PartialAnswer) || pause === undefined) throw error;
      await sleep(timer, pause, signal);
    }
  }
}
