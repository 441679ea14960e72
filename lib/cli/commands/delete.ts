import { UsageError } from "../../core/errors.ts";
import { deleteMemory, deletionNotice } from "../../memory/delete.ts";
import { countSelected, deleteSelected, type Selection } from "../../memory/selection.ts";
import type { DataCall, DataCommand, Ended } from "../command.ts";
import { confirm } from "../confirm.ts";
import type { Options } from "../options.ts";

/** How many memories one transaction deletes unless told otherwise (compat cli §1.4). */
const BATCH = 1000;

/** `kioku-mesh delete`: deletes one memory, or all that selectors name. */
export const deleteCommand: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("[id]", "the memory's id, or its first 8 or more digits")
      .option("-r, --reason <text>", "why, kept with the deletion")
      .option("-p, --project <name>", "delete all of a project")
      .option("--pc-id <id>", "delete all that a host wrote")
      .option("--since <time>", "only what was created since (2026-01-31, or 7d)")
      .option("--until <time>", "only what was created until")
      .option("--dry-run", "count, and delete nothing")
      .option("--yes", "delete without asking")
      .option("--batch-size <n>", `memories per transaction (default: ${BATCH})`)
      .option("--json", "print the result as JSON");
  },
  run(call) {
    const { options, args } = call;
    const selection = readSelection(call);
    const bulk = Object.keys(selection).length > 0;
    const [id] = args;
    if (id === undefined) {
      if (bulk) return deleteBulk(call, selection);
      throw new UsageError(
        "Cannot delete: neither an id nor a selector (--project, --pc-id, --since, --until) was given.",
      );
    }
    if (bulk || options.has("dryRun") || options.has("yes")) {
      throw new UsageError(
        "Cannot delete: an id goes with --reason only. Leave out the selectors, --dry-run and --yes.",
      );
    }
    const deleted = deleteMemory(call.memory, id, options.text("reason") ?? "");
    call.output.line(
      options.has("json")
        ? JSON.stringify({ deleted: 1, observation_id: deleted })
        : `deleted (tombstone): ${deleted}`,
    );
    const notice = deletionNotice(call.memory, deleted);
    if (notice !== undefined) call.output.note(notice);
    return 0;
  },
};

function readSelection({ options, memory }: DataCall): Selection {
  const project = options.text("project");
  const pcId = options.filled("pcId");
  const since = options.moment("since", memory.clock());
  const until = options.moment("until", memory.clock());
  return {
    ...(project === undefined ? {} : { project }),
    ...(pcId === undefined ? {} : { pcId }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

function deleteBulk({ memory, options, output }: DataCall, selection: Selection): Ended {
  const json = options.has("json");
  const batch = options.integer("batchSize", 1, Number.MAX_SAFE_INTEGER) ?? BATCH;
  const count = countSelected(memory, selection);
  output.note(`bulk delete target: ${count} entries (${describe(options)})`);
  if (count === 0) {
    output.line(json ? JSON.stringify({ deleted: 0 }) : "no targets — no observations matched the selector.");
    return 0;
  }
  if (options.has("dryRun")) {
    output.line(json ? JSON.stringify({ would_delete: count }) : "Dry run — pass --yes to actually delete.");
    return 0;
  }
  if (!options.has("yes") && !confirm(`Delete ${count} memories?`, "yes", output)) return 1;
  const done = deleteSelected(memory, selection, options.text("reason") ?? "", batch, (so) => {
    output.progress(`deleting: ${so} of ${count}`);
  });
  output.line(json ? JSON.stringify({ deleted: done }) : `deleted (tombstone): ${done} entries`);
  return 0;
}

function describe(options: Options): string {
  return [["project", "project"], ["pc_id", "pcId"], ["since", "since"], ["until", "until"]]
    .flatMap(([shown, name = ""]) =>
      options.text(name) === undefined ? [] : [`${shown}='${options.text(name)}'`]
    )
    .join(", ");
}
