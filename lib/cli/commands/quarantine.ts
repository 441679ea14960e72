import { formatTime } from "../../core/time.ts";
import { listQuarantine, quarantineLoss } from "../../store/quarantine.ts";
import { neutralise } from "../../memory/render/neutralise.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh quarantine`: records that are kept aside because they cannot be live. */
export const quarantine: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("-n, --limit <n>", "show this many at the most (default: 50)")
      .option("--json", "print the result as JSON, payloads included");
  },
  run({ memory, options, output }) {
    const records = listQuarantine(memory.store, options.integer("limit", 1, 10_000) ?? 50);
    const { letGo, forgotten } = quarantineLoss(memory.store);
    if (letGo > 0) output.note(`of ${letGo} payloads only the size and SHA-256 were kept, for lack of room.`);
    if (forgotten > 0) output.note(`${forgotten} older records are only counted, for lack of room.`);
    if (options.has("json")) {
      output.line(
        JSON.stringify(records.map((record) => ({ ...record, seenAt: formatTime(record.seenAt) }))),
      );
      return 0;
    }
    if (records.length === 0) output.line("nothing is in quarantine.");
    for (const { key, reason, seenAt } of records) {
      output.line(`${formatTime(seenAt).slice(0, 19)}  ${neutralise(key)}  ${neutralise(reason)}`);
    }
    return 0;
  },
};
