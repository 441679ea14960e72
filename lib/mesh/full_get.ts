import { Failure } from "../core/errors.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { hashOf, type Part, type RecordSpace } from "../store/exchange.ts";
import { publishAll } from "./publish.ts";
import type { Extent } from "./realign.ts";
import type { Exchanged, Reconciling } from "./reconcile.ts";
import { PartialAnswer, type Sample } from "./session.ts";
import { sleep } from "./timer.ts";

/**
 * Parts that are asked for at a time: no more than a quarter of the memories is in memory at a time, and questions between
 * routers, which take 41 ms each however small the answer, do not add up (16 one after the other took 590 ms, at once 43 ms).
 */
const AT_ONCE = 4;

/** Pauses before a part is asked for once more. Milliseconds. */
const ASK_AGAIN_MS = [500, 2_000, 5_000] as const;

/**
 * Gets every record of a scope, or its tombstones, from every storage in reach, this host's own included, and puts into the
 * outbox what no storage has, or one has otherwise. `step` is called after each of `stepsOf` steps. For hosts that compare in
 * no other way (Python 1.2.0), and for this host's own storage. Throws when answers
 * stay partial after some tries.
 */
export async function fullGet(
  reconciling: Reconciling,
  space: RecordSpace,
  scope: ScopeLabel,
  extent: Extent,
  step: () => void,
): Promise<Exchanged> {
  let fetched = 0;
  let published = 0;
  const parts = partsOf(space, scope, extent);
  for (let at = 0; at < parts.length; at += AT_ONCE) {
    const group = parts.slice(at, at + AT_ONCE);
    for (const done of await Promise.all(group.map((part) => getPart(reconciling, space, scope, part)))) {
      fetched += done.fetched;
      published += done.published;
    }
    step();
  }
  return { fetched, published };
}

/** In how many steps that is done. */
export function stepsOf(space: RecordSpace, scope: ScopeLabel, extent: Extent): number {
  return Math.ceil(partsOf(space, scope, extent).length / AT_ONCE);
}

function partsOf(space: RecordSpace, scope: ScopeLabel, extent: Extent): readonly Part[] {
  if (extent !== "tombstones") return space.parts(scope);
  // They are the first that is asked for.
  return space.parts(scope).filter(({ kinds }) => kinds.includes("t"))
    .map(({ steps, prefix }) => ({ steps: steps.slice(0, 1), kinds: ["t"], prefix }));
}

async function getPart(
  reconciling: Reconciling,
  space: RecordSpace,
  scope: ScopeLabel,
  { steps, kinds, prefix }: Part,
): Promise<Exchanged> {
  const { store, arrivals } = reconciling;
  const there = new Set<string>();
  // 64 bits of the SHA-256 of what storages hold of a record under its own key, not the oldest one, which names no scope.
  const held = new Map<string, Set<string>>();
  let fetched = 0;
  const receive = (sample: Sample) => {
    if (sample.deleted) return;
    const name = space.nameOf(sample.key);
    if (name !== undefined) {
      const record = name.kind + name.id;
      there.add(record);
      if (isOf(scope, sample.key)) setOf(held, record).add(hashOf(sample.payload));
    }
    arrivals.fetched(sample);
    fetched++;
  };
  for (const keys of steps) {
    await Promise.all(keys.map((each) => getWhole(reconciling, each, receive)));
    await arrivals.settled();
  }
  // Else it would seem that nobody has anything.
  if (!reconciling.reachable()) {
    throw new Failure(`Cannot compare ${scope} with the mesh: the last host has gone.`);
  }
  // What a storage holds otherwise than this host, now that all was taken, somebody has put over it: it is put right.
  const lacking = space.digests(store, scope, prefix).filter(({ kind, id, hash }) => {
    if (!kinds.includes(kind)) return false;
    const others = [...held.get(kind + id) ?? []].some((one) => one !== hash);
    return others || !there.has(kind + id);
  });
  return { fetched, published: await publishAll(reconciling, scope, lacking) };
}

// Behind the space's own name, `mem` or another.
function isOf(scope: ScopeLabel, key: string): boolean {
  return key.startsWith(`${scope}/`, key.indexOf("/") + 1);
}

function setOf(sets: Map<string, Set<string>>, name: string): Set<string> {
  const found = sets.get(name) ?? new Set();
  sets.set(name, found);
  return found;
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
