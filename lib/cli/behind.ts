import type { OpenMemory } from "../memory/open.ts";
import { isShared } from "../core/shared.ts";
import { readPeerStatus } from "../mesh/peer_status.ts";

/**
 * A sentence for results that may lack what the mesh has: while this host catches up, and when nothing was found and no
 * peer runs. A bare zero would read as "there is none" (DESIGN §5). Undefined when there is nothing to say.
 */
export function behind(memory: OpenMemory, nothingFound: boolean): string | undefined {
  if (!isShared(memory.settings)) return undefined;
  if (!memory.peerRuns()) {
    return nothingFound
      ? "No peer runs on this host, so what other hosts saved since it ran is missing here."
      : undefined;
  }
  return readPeerStatus(memory.store)?.catchingUp === false
    ? undefined
    : "This host is catching up with the mesh: there may be more than is found now.";
}
