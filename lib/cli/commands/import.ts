import { formatTime } from "../../core/time.ts";
import { finishImport, importState } from "../../memory/import.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh import`: what was taken over from the Python version; every command takes over what is new. */
export const importCommand: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("--done", "never look at the Python version's files again")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, output }) {
    if (options.has("done")) finishImport(memory);
    const { finishedAt, sources } = importState(memory);
    if (options.has("json")) {
      const files = sources.map(({ path, importedAt }) => ({ path, imported_at: formatTime(importedAt) }));
      output.line(JSON.stringify({ done_at: finishedAt ?? null, files }));
      return 0;
    }
    if (sources.length === 0) output.line("nothing was found that the Python version saved.");
    for (const { path, importedAt } of sources) {
      output.line(`${formatTime(importedAt).slice(0, 19)}  ${path}`);
    }
    if (finishedAt !== undefined) {
      output.line(`done: these files are not looked at any more (since ${finishedAt.slice(0, 19)}).`);
    } else if (sources.length > 0) {
      output.line("Each command takes over what is new in them; `kioku-mesh import --done` ends that.");
    }
    return 0;
  },
};
