import { formatTime } from "../core/time.ts";
import type { MemoryContext } from "./context.ts";
import { type OutgoingDepth, outgoingDepth } from "./outgoing.ts";
import { isShared } from "./shared.ts";

/** How it stands with what has to go out to the mesh. */
export interface Sharing extends OutgoingDepth {
  readonly peerRuns: boolean;
  /** Undefined when all is well; else one or two sentences that say what waits and why. */
  readonly warning: string | undefined;
}

/** Looks at what has to go out; undefined on a host that is in no mesh. Nobody is left guessing (DESIGN §5). */
export function sharing(context: MemoryContext, peerRuns: () => boolean): Sharing | undefined {
  if (!isShared(context.settings)) return undefined;
  const depth = outgoingDepth(context.store, context.settings.declared);
  const runs = peerRuns();
  const warnings: string[] = [];
  if (!runs) warnings.push(withoutPeer(depth));
  if (depth.unshared > 0) {
    warnings.push(
      `${depth.unshared} not to be shared as it is: held back for a secret (\`kioku-mesh secrets\`), or of a scope that ` +
        "this host does not declare (`kioku-mesh scope list`).",
    );
  }
  return { ...depth, peerRuns: runs, warning: warnings.length === 0 ? undefined : warnings.join(" ") };
}

function withoutPeer({ waiting, since }: OutgoingDepth): string {
  const start = "no peer runs on this host (start it with `kioku-mesh peer`)";
  if (waiting === 0 || since === undefined) return `Nothing comes in or goes out: ${start}.`;
  return `Kept here, not shared yet: ${start}. ${waiting} waiting since ${formatTime(since)}.`;
}
