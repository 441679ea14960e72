import { DAY } from "../../core/clock.ts";
import { formatTime } from "../../core/time.ts";
import { findSweep, RETENTION_DAYS, type Sweep, sweep } from "../../memory/gc.ts";
import type { StoredObservation } from "../../memory/records.ts";
import type { DataCommand } from "../command.ts";
import { confirm } from "../confirm.ts";

/** `kioku-mesh gc-observations`: shows, and on demand takes away, what has expired or was deleted long ago. */
export const gcObservations: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("-p, --project <name>", "only this project")
      .option(
        "--retention-days <n>",
        `keep bodies of deleted memories this long (default: ${RETENTION_DAYS})`,
      )
      .option("--execute", "really do it")
      .option("--yes", "do not ask")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, output }) {
    const days = options.integer("retentionDays", 0, 36_500) ?? RETENTION_DAYS;
    const found = findSweep(memory, days, options.filled("project"));
    const total = found.expired.length + found.tombstoned.length + found.shadowed.length;
    const execute = options.has("execute");
    const json = options.has("json");
    if (!json) {
      output.line(`stale observation sweep, retention ${days} days:`);
      for (const line of list(found, formatTime(memory.clock() - days * DAY))) output.line(line);
    }
    const approved = execute && total > 0 &&
      (options.has("yes") || confirm(`Take away ${total} entries?`, "yes", output));
    if (execute && total > 0 && !approved) return 1;
    if (approved) sweep(memory, found);
    if (json) {
      output.line(JSON.stringify({ executed: approved, ...counts(found), total }));
    } else if (total === 0) output.line("nothing to clean up.");
    else if (!execute) output.line("Dry run — pass --execute to tombstone / delete the entries above.");
    else {
      output.line(
        `tombstoned ${found.expired.length} expired-TTL observations; physically deleted ${found.tombstoned.length} ` +
          `tombstones / ${found.shadowed.length} shadows (revived 0, failures 0)`,
      );
    }
    return 0;
  },
};

function counts(found: Sweep) {
  return {
    expired: found.expired.length,
    tombstones: found.tombstoned.length,
    shadows: found.shadowed.length,
  };
}

function list(found: Sweep, before: string): string[] {
  const total = found.expired.length + found.tombstoned.length + found.shadowed.length;
  const line = ({ observation }: StoredObservation, reason: string) =>
    `  ${observation.id}  reason=${reason} project=${observation.project || "-"} summary=${
      observation.summary || observation.subject
    }`;
  const ends = (record: StoredObservation) => formatTime(record.observation.expiresAt ?? 0);
  return [
    `expired TTL (live → tombstone): ${found.expired.length}`,
    ...found.expired.map((record) => line(record, `expired-ttl expires_at=${ends(record)}`)),
    `expired tombstones (→ physical delete): ${found.tombstoned.length}`,
    ...found.tombstoned.map((record) => `${line(record, "expired-tombstone")}  tombstoned before ${before}`),
    `expired shadows (→ physical delete): ${found.shadowed.length}`,
    ...found.shadowed.map((record) => `${line(record, "expired-shadow")}  shadowed before ${before}`),
    `total candidates: ${total}`,
  ];
}
