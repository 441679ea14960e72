import { Failure, UsageError } from "../../core/errors.ts";
import { countLegacy, migrateLegacy } from "../../memory/legacy.ts";
import { isShared } from "../../core/shared.ts";
import { sharing } from "../../memory/sharing.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh migrate-visibility`: gives records of before there were tiers a place in the mesh's tier. */
export const migrateVisibility: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("--from <what>", "legacy, which is all there is")
      .option("--to <scope>", "mesh, which is what they belong to (default: mesh)")
      .option("--dry-run", "only say how many there are")
      .option("--yes", "nothing is asked: nothing is deleted or changed")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, output }) {
    const { store, settings, clock, peerRuns } = memory;
    options.choice("from", ["legacy"]);
    const to = options.filled("to") ?? "mesh";
    if (to !== "mesh") {
      throw new UsageError(
        `Cannot migrate to ${to}: everybody has these records already, and the Python version would take their ` +
          "deletion for one of the copies too. Use --to mesh, or save anew with --visibility.",
      );
    }
    const dryRun = options.has("dryRun");
    if (!dryRun && !isShared(settings)) {
      throw new Failure(
        "Cannot migrate: this host is in no mesh. Set it up with `kioku-mesh init --mode hub` or `--mode spoke`.",
      );
    }
    const { memories, deletions } = dryRun ? countLegacy(store) : migrateLegacy(store, clock());
    if (options.has("json")) output.line(JSON.stringify({ memories, deletions, dry_run: dryRun }));
    else {
      const told = `${memories} memories, ${deletions} deletions`;
      output.line(dryRun ? `would be migrated: ${told}` : `migrated: ${told} are in the outbox.`);
    }
    const warning = dryRun ? undefined : sharing(memory, peerRuns)?.warning;
    if (warning !== undefined) output.note(warning);
    return 0;
  },
};
