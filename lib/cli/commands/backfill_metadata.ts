import { messageOf } from "../../core/errors.ts";
import { formatTime } from "../../core/time.ts";
import { backfill, type BackfillPlan, scanForBackfill } from "../../memory/backfill.ts";
import type { DataCall, DataCommand, Ended } from "../command.ts";

/** `kioku-mesh backfill-metadata`: completes memories that lack a subject or summary. */
export const backfillMetadata: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("-p, --project <name>", "only this project")
      .option("--apply", "really do it (without: a dry run)")
      .option("--limit <n>", "complete this many at the most (0: all)")
      .option("--show <n>", "show this many plans (default: 10)")
      .option("--json", "print the result as JSON");
  },
  run(call) {
    const { memory, options, output } = call;
    const limit = options.integer("limit", 0, Number.MAX_SAFE_INTEGER) ?? 0;
    const show = options.integer("show", 0, Number.MAX_SAFE_INTEGER) ?? 10;
    const scan = scanForBackfill(memory, options.filled("project"));
    const plans = limit === 0 ? scan.plans : scan.plans.slice(0, limit);
    const apply = options.has("apply");
    if (!options.has("json")) {
      const missing = scan.plans.length + scan.withoutContent + scan.alreadyRepaired;
      output.line(`scanned: ${scan.scanned}`);
      output.line(
        `missing: ${missing} (repairable ${scan.plans.length}, no content ${scan.withoutContent}, ` +
          `already repaired ${scan.alreadyRepaired})`,
      );
      output.line(`agent_family unknown: ${scan.unknownFamily}`);
      output.line(`mode: ${apply ? "apply" : "dry-run"}`);
      output.line(`planned: ${plans.length}`);
      for (const plan of plans.slice(0, show)) for (const line of describe(plan)) output.line(line);
    }
    if (apply) return applyAll(call, plans);
    if (options.has("json")) {
      output.line(JSON.stringify({ scanned: scan.scanned, planned: plans.length, repaired: 0 }));
    }
    return 0;
  },
};

function applyAll({ memory, options, output }: DataCall, plans: readonly BackfillPlan[]): Ended {
  let repaired = 0;
  for (const plan of plans) {
    try {
      backfill(memory, plan);
      repaired++;
    } catch (error) {
      output.note(`error: ${plan.old.id}: ${messageOf(error)}`);
    }
    output.progress(`repairing: ${repaired} of ${plans.length}`);
  }
  const line = `repaired: ${repaired}/${plans.length} (each as a copy that supersedes the old one)`;
  output.line(options.has("json") ? JSON.stringify({ planned: plans.length, repaired }) : line);
  return repaired === plans.length ? 0 : 1;
}

function describe({ old, subject, summary }: BackfillPlan): string[] {
  return [
    `  ${old.id}  ${formatTime(old.createdAt).slice(0, 10)}  project=${old.project || "-"}`,
    `    subject: ${old.subject || "-"} -> ${subject}`,
    `    summary: ${old.summary || "-"} -> ${summary}`,
  ];
}
