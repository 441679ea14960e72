import { UsageError } from "../../core/errors.ts";
import { outboxDepth } from "../../store/outbox.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh drain --pending`: what still waits to go out. In local mode nothing ever does. */
export const drain: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("--pending", "send what waits in the outbox")
      .option("--limit <n>", "send this many at the most")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, output }) {
    options.integer("limit", 1, Number.MAX_SAFE_INTEGER);
    if (!options.has("pending")) {
      throw new UsageError("Cannot drain: say what. Use `kioku-mesh drain --pending`.");
    }
    const { waiting } = outboxDepth(memory.store);
    output.line(
      options.has("json")
        ? JSON.stringify({ drained: 0, remaining: waiting })
        : `pending_puts drain complete: drained=0, remaining=${waiting}`,
    );
    return 0;
  },
};
