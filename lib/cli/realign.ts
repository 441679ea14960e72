import { Failure } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import type { OpenMemory } from "../memory/open.ts";
import { askToRealign, type Extent, type RealignState, realignState } from "../mesh/realign.ts";
import type { Output } from "./output.ts";
import { waitUntil } from "./waiting.ts";

/** How many records came from the mesh and how many go to it. */
export type Realigned = NonNullable<RealignState["result"]>;

/**
 * Asks the peer of this host for a comparison with what storages hold, and shows how far it is. Undefined when it was not over
 * in time. `poke` is for a peer that runs in this process, which does not see what this process commits.
 */
export async function realign(
  { store, random, clock }: Pick<OpenMemory, "store" | "random" | "clock">,
  extent: Extent,
  seconds: number,
  output: Output,
  poke: () => void = () => {},
): Promise<Realigned | undefined> {
  const id = newId(random);
  askToRealign(store, { id, extent });
  poke();
  let state: RealignState | undefined;
  await waitUntil(
    () => {
      const now = realignState(store, id);
      if (now !== undefined && now.done !== state?.done) {
        output.progress(`Comparing with the mesh: ${now.done} of ${now.of}`);
      }
      state = now;
      return state?.result !== undefined;
    },
    seconds,
    clock,
  );
  return state?.result;
}

/** What `--rebuild` does before a command: the same, by the peer that runs. Throws a Failure when that is not done in time. */
export async function rebuildFirst(memory: OpenMemory, output: Output): Promise<void> {
  if (!memory.peerRuns()) {
    output.note(
      "--rebuild: no peer runs here, so nothing was compared; `kioku-mesh realign-index` does it by itself.",
    );
    return;
  }
  if (await realign(memory, "everything", LONGEST, output) === undefined) {
    throw new Failure(
      `Cannot compare with the mesh: the peer was not done in ${LONGEST} s. See \`kioku-mesh peer status\`.`,
    );
  }
}

/** Python's version waits no longer for the mesh's answers. Seconds. */
const LONGEST = 30;
