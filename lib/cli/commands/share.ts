import { keptByProject, share } from "../../memory/share.ts";
import { isShared } from "../../core/shared.ts";
import { sharing } from "../../memory/sharing.ts";
import { Failure } from "../../core/errors.ts";
import type { DataCommand } from "../command.ts";
import { projectLines, readShared } from "../joining.ts";

/** `kioku-mesh share`: sends memories to the mesh that were kept here when this host joined it; without names lists them. */
export const shareCommand: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("[what...]", "all, or the projects; without it what is kept here is listed")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, args, output }) {
    const { store, settings, clock, peerRuns } = memory;
    const kept = keptByProject(store);
    const json = options.has("json");
    if (args.length === 0) {
      if (json) {
        output.line(
          JSON.stringify({ kept: Object.fromEntries(kept.map(({ name, count }) => [name, count])) }),
        );
      } else if (kept.length === 0) output.line("nothing is kept back.");
      else for (const line of ["kept here:", ...projectLines(kept)]) output.line(line);
      return 0;
    }
    if (!isShared(settings)) {
      throw new Failure(
        "Cannot share: this host is in no mesh. Set it up with `kioku-mesh init --mode hub` or `--mode spoke`.",
      );
    }
    const count = share(store, readShared(args.join(","), kept), clock());
    output.line(json ? JSON.stringify({ shared: count }) : `shared: ${count} records are in the outbox.`);
    const warning = sharing(memory, peerRuns)?.warning;
    if (warning !== undefined) output.note(warning);
    return 0;
  },
};
