import { SECOND } from "../core/clock.ts";
import { outgoingDepth } from "../memory/outgoing.ts";
import { PeerRuns } from "../mesh/peer.ts";
import type { Extent } from "../mesh/realign.ts";
import type { PeerCall } from "./command.ts";
import { realign, type Realigned } from "./realign.ts";
import { configuredPart, startOwnPeer, stopPeer } from "./run_peer.ts";
import { waitUntil } from "./waiting.ts";

/**
 * One round with the mesh: take what is there, send what waits, and end; by the peer that runs already, where one does.
 * Gives exit code 1 when something is left: what waits here, or the look at what the mesh has. `extent`: what of storages is
 * looked at, whatever the sums say.
 */
export async function sync(call: PeerCall, seconds: number, extent: Extent = "sums"): Promise<0 | 1> {
  const { memory, output, options } = call;
  const over = memory.clock() + seconds * SECOND;
  const rest = () => Math.max(0, (over - memory.clock()) / SECOND);
  const waiting = () => outgoingDepth(memory.store, memory.settings.declared).waiting;
  let caughtUp = true;
  let left: number;
  let realigned: Realigned | undefined;
  const part = configuredPart(call);
  try {
    const peer = await startOwnPeer(call, part);
    ({ left, caughtUp } = await peer.drained(rest() * 1000));
    if (extent !== "sums" && caughtUp) {
      realigned = await realign(memory, extent, rest(), output, () => peer.realign());
      caughtUp = realigned !== undefined;
      ({ left } = await peer.drained(rest() * 1000));
    }
    await stopPeer(peer, call);
  } catch (error) {
    if (!(error instanceof PeerRuns)) throw error;
    if (extent === "sums") output.note("sync: a peer runs on this host; waiting for what it sends.");
    else {
      realigned = await realign(memory, extent, rest(), output);
      caughtUp = realigned !== undefined;
    }
    await waitUntil(() => waiting() === 0, rest(), memory.clock);
    left = waiting();
  }
  const done = left === 0 && caughtUp;
  if (options.has("json")) output.line(JSON.stringify({ left, caught_up: caughtUp, ...realigned }));
  else if (done && realigned !== undefined) {
    const { fetched, published } = realigned;
    output.line(`realign-index: done; ${fetched} records looked at, ${published} sent, nothing waits.`);
  } else if (done) output.line("sync: done; nothing waits.");
  else {
    output.line(
      `sync: not done within ${seconds} s: ${left} left to send` +
        (caughtUp ? "." : "; not all of the mesh was in reach. Is the hub up, and the endpoint right?"),
    );
  }
  return done ? 0 : 1;
}
