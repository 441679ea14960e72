import * as z from "zod";
import { sharing } from "../../memory/sharing.ts";
import { outboxDepth } from "../../store/outbox.ts";
import { maybe } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** `drain_pending_puts`: sending is the peer's work, so this only tells what waits (DESIGN §1). */
export const drainPendingPuts: Tool = tool({
  name: "drain_pending_puts",
  annotations: {
    title: "Memories waiting to be shared",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  description: "How many memories wait to be sent to other hosts; they go by themselves.",
  input: z.strictObject({ limit: maybe(z.int().min(1).max(1_000_000)) }),
  output: z.object({ drained: z.number(), remaining: z.number(), note: z.string() }),
  run({ memory, peerRuns }) {
    const { waiting } = outboxDepth(memory.store);
    const shared = sharing(memory, peerRuns);
    const note = shared !== undefined
      ? shared.warning ?? "The peer of this host sends what waits while it runs."
      : "This host keeps its memories to itself (local mode): there is nothing to send.";
    const structure = { drained: 0, remaining: waiting, note };
    return { text: `pending_puts drain complete: drained=0, remaining=${waiting}\n${note}`, structure };
  },
});
