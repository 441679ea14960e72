import { MESH, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { digests } from "../memory/digests.ts";
import { publishAll } from "./publish.ts";
import type { Exchanged, Reconciling } from "./reconcile.ts";
import { PartialAnswer, type Sample } from "./session.ts";
import { sleep } from "./timer.ts";

/**
 * The keys are asked for by the first digit of their ids, four digits at a time: no more than a quarter is in memory at a
 * time, and questions between routers, which take 41 ms each however small the answer, do not add up (16 one after the
 * other took 590 ms, at once 43 ms).
 */
const DIGITS = ["0123", "4567", "89ab", "cdef"] as const;

/** Pauses before a part is asked for once more. Milliseconds. */
const ASK_AGAIN_MS = [500, 2_000, 5_000] as const;

/**
 * Gets every record of a scope from every storage in reach, this host's own included, and puts into the outbox what no
 * storage has. For hosts that compare in no other way (Python 1.2.0), and for this host's own storage. Throws when answers
 * stay partial after some tries.
 */
export async function fullGet(reconciling: Reconciling, scope: ScopeLabel): Promise<Exchanged> {
  let fetched = 0;
  let published = 0;
  for (const digits of DIGITS) {
    for (const part of await Promise.all([...digits].map((digit) => getDigit(reconciling, scope, digit)))) {
      fetched += part.fetched;
      published += part.published;
    }
  }
  return { fetched, published };
}

async function getDigit(reconciling: Reconciling, scope: ScopeLabel, digit: string): Promise<Exchanged> {
  const { store, arrivals } = reconciling;
  const there = new Set<string>();
  let fetched = 0;
  // Tombstones first, so that nothing that was deleted is shown meanwhile.
  for (const kind of ["tomb", "obs"] as const) {
    const receive = (sample: Sample) => {
      if (sample.deleted) return;
      there.add((kind === "obs" ? "o" : "t") + sample.key.slice(-32));
      arrivals.fetched(sample);
      fetched++;
    };
    const keys = spacesOf(scope).map((space) => `${space}/${kind}/*/*/*/*/${digit}$*`);
    await Promise.all(keys.map((each) => getWhole(reconciling, each, receive)));
    await arrivals.settled();
  }
  const lacking = digests(store, scope, digit).filter(({ kind, id }) => !there.has(kind + id));
  return { fetched, published: await publishAll(reconciling, scope, lacking) };
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
