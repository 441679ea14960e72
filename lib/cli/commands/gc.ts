import { UsageError } from "../../core/errors.ts";
import { isId } from "../../core/ids.ts";
import { findSweep, recordsOfHost, recordsWithId, RETENTION_DAYS, sweep } from "../../memory/gc.ts";
import { purgeRecords } from "../../memory/purge.ts";
import type { DataCall, DataCommand, Ended } from "../command.ts";
import { confirm } from "../confirm.ts";

/** `kioku-mesh gc`: takes away the bodies of what was deleted long ago, or erases what an id or a host names. */
export const gc: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option(
        "--retention-days <n>",
        `keep bodies of deleted memories this long (default: ${RETENTION_DAYS})`,
      )
      .option("-p, --project <name>", "only this project")
      .option("--no-shadow-prune", "keep what the Python version had lost sight of")
      .option("--force-id <id>", "erase the content of this memory now")
      .option("--by-pc-id <id>", "erase all that this host wrote (a dry run without --execute)")
      .option("--session-prefix <text>", "with --by-pc-id: only sessions that begin so")
      .option("--execute", "with --by-pc-id: really erase")
      .option("--yes", "do not ask")
      .option("--json", "print the result as JSON");
  },
  run(call) {
    const id = call.options.filled("forceId");
    if (id !== undefined) return forceId(call, id);
    const host = call.options.filled("byPcId");
    return host === undefined ? sweepAll(call) : byHost(call, host);
  },
};

function forceId({ memory, options, output }: DataCall, id: string): Ended {
  if (!isId(id)) {
    throw new UsageError("Cannot erase: --force-id needs the complete id, 32 hexadecimal digits.");
  }
  const records = recordsWithId(memory, id);
  if (records.length > 0) purgeRecords(memory, records);
  if (options.has("json")) output.line(JSON.stringify({ erased: records.length, observation_id: id }));
  else if (records.length > 0) output.line(`physically deleted (obs, tomb): ${id}`);
  else output.line(`observation_id ${id} not present on this replica.`);
  return 0;
}

function byHost({ memory, options, output }: DataCall, host: string): Ended {
  const records = recordsOfHost(memory, host, options.text("sessionPrefix") ?? "");
  const sessions = new Map<string, number>();
  for (const { observation } of records) {
    sessions.set(observation.author.sessionId, (sessions.get(observation.author.sessionId) ?? 0) + 1);
  }
  output.note(`erase target: ${records.length} entries of host ${host}`);
  for (const [session, count] of sessions) output.note(`  ${session}: ${count}`);
  const json = options.has("json");
  if (!options.has("execute")) {
    output.line(
      json
        ? JSON.stringify({ would_erase: records.length })
        : "Dry run — pass --execute to erase the entries above.",
    );
    return 0;
  }
  if (records.length > 0) {
    if (!options.has("yes") && !confirm(`Erase ${records.length} memories for good?`, "yes", output)) {
      return 1;
    }
    purgeRecords(memory, records);
  }
  output.line(
    json ? JSON.stringify({ erased: records.length }) : `physically deleted: ${records.length} entries`,
  );
  return 0;
}

function sweepAll({ memory, options, output }: DataCall): Ended {
  const days = options.integer("retentionDays", 0, 36_500) ?? RETENTION_DAYS;
  const project = options.filled("project");
  const prune = !options.off("shadowPrune");
  const found = findSweep(memory, days, project);
  const shadowed = prune ? found.shadowed : [];
  sweep(memory, { expired: [], tombstoned: found.tombstoned, shadowed });
  if (options.has("json")) {
    output.line(
      JSON.stringify({ tombstones: found.tombstoned.length, shadows: shadowed.length, revived: 0 }),
    );
    return 0;
  }
  const of = project === undefined ? "" : ` (project=${project})`;
  const shadows = prune ? `/ ${shadowed.length} shadows (revived 0)` : "(shadow prune skipped)";
  output.line(
    `retention ${days}-day sweep${of}: physically deleted ${found.tombstoned.length} tombstones ${shadows}`,
  );
  return 0;
}
