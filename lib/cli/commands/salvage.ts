import { findFolders } from "../../core/paths.ts";
import { salvage as salvageDatabase, type Salvaged } from "../../memory/salvage.ts";
import type { SetupCommand } from "../command.ts";
import type { Output } from "../output.ts";

/** How many ids of lost memories are listed at the most. */
const LISTED = 20;

/** `kioku-mesh salvage`: sets a damaged database aside and keeps what can be read. */
export const salvage: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .option("--force", "make the database anew even when no damage is found")
      .option("--json", "print the result as JSON");
  },
  run({ around, options, output }) {
    const { state } = findFolders(around.env, around.platform, isFolder);
    const result = salvageDatabase(state, around.clock, options.has("force"), (part, done, total) => {
      const share = total === 0 ? "" : `: ${Math.floor(100 * done / total)} %`;
      output.progress(
        part === "checking" ? `Checking the database${share}` : `Reading what can be read${share}`,
      );
    });
    if (options.has("json")) output.line(JSON.stringify(asJson(result)));
    else print(result, output);
    return 0;
  },
};

function print(result: Salvaged, output: Output): void {
  if (result.status !== "salvaged") {
    const index = result.status === "index"
      ? " Only the search index is damaged: `kioku-mesh reindex` makes it anew."
      : "";
    output.line(`all records are sound; nothing was changed.${index}`);
    return;
  }
  const { memories, deletions, quarantined, lost, aside } = result;
  const more = lost.length > LISTED ? `, and ${lost.length - LISTED} more` : "";
  output.line(`kept: ${memories} memories, ${deletions} deletions, ${quarantined} records in quarantine`);
  if (lost.length > 0) {
    output.line(`lost: ${lost.length} memories (${lost.slice(0, LISTED).join(", ")}${more})`);
  }
  for (const path of aside) output.line(`set aside: ${path}`);
}

function asJson(result: Salvaged): unknown {
  if (result.status !== "salvaged") return { status: result.status };
  const { memories, deletions, quarantined, lost, aside } = result;
  return { status: "salvaged", kept: { memories, deletions, quarantined }, lost, set_aside: aside };
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
