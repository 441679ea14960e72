import { UsageError } from "../../core/errors.ts";
import { outgoingDepth } from "../../memory/outgoing.ts";
import { sharing } from "../../memory/sharing.ts";
import { outboxDepth } from "../../store/outbox.ts";
import type { DataCommand } from "../command.ts";
import { DEFAULT_WAIT, waitUntil } from "../waiting.ts";

/** `kioku-mesh drain --pending`: waits until what waits has gone out. Sending is the peer's work (DESIGN §1). */
export const drain: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("--pending", `wait until the peer has sent what waits, ${DEFAULT_WAIT} s at the most`)
      .option("--limit <n>", "until it has sent this many")
      .option("--json", "print the result as JSON");
  },
  async run({ memory, options, output }): Promise<0> {
    const limit = options.integer("limit", 1, Number.MAX_SAFE_INTEGER);
    if (!options.has("pending")) {
      throw new UsageError("Cannot drain: say what. Use `kioku-mesh drain --pending`.");
    }
    const { store, settings, clock, peerRuns } = memory;
    const waiting = () => outgoingDepth(store, settings.declared).waiting;
    const before = waiting();
    const enough = Math.max(0, before - (limit ?? before));
    if (peerRuns()) await waitUntil(() => waiting() <= enough, DEFAULT_WAIT, clock);
    const drained = Math.max(0, before - waiting());
    const remaining = outboxDepth(store).waiting;
    output.line(
      options.has("json")
        ? JSON.stringify({ drained, remaining })
        : `pending_puts drain complete: drained=${drained}, remaining=${remaining}`,
    );
    const warning = sharing(memory, peerRuns)?.warning;
    if (warning !== undefined) output.note(warning);
    return 0;
  },
};
