import type { Change } from "../../clients/change.ts";
import { Changed, readConfigFile } from "../../clients/config_file.ts";
import { backupOf, digestOf, type Kept } from "../../clients/journal.ts";
import { Failure } from "../../core/errors.ts";
import { ClientChanges } from "../client_changes.ts";
import { CLIENT_IDS, namedClients } from "../client_choice.ts";
import type { Ended, SetupCall, SetupCommand } from "../command.ts";

/** `kioku-mesh mcp rollback`: puts back what the last install, uninstall or repair changed. */
export const mcpRollback: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .option("--client <name...>", `${CLIENT_IDS}; without it the last changed`)
      .option("--force", "also a file that somebody changed since")
      .option("--dry-run", "show what would be written, and write nothing")
      .option("--yes", "do not ask");
  },
  run: (call) => rollback(call),
};

/** `changes` stands in for files and person in tests. */
export function rollback(
  call: SetupCall,
  changes: ClientChanges = new ClientChanges(call.around, call.options, call.output),
): Ended {
  const { options, output } = call;
  const ids = namedClients(options)?.map(({ id }) => id);
  const kept = changes.journal.entries().filter(({ entry }) =>
    ids === undefined || ids.includes(entry.client)
  );
  const run = kept.at(-1)?.entry.run;
  const last = kept.filter(({ entry }) => entry.run === run);
  if (last.length === 0) {
    output.line("Nothing to roll back.");
    return 1;
  }
  const files = byFile(last);
  const altered = files.filter(isAltered).map(([{ entry }]) => entry.path);
  if (altered.length > 0) {
    output.note(`changed since: ${altered.join(", ")}. What was changed is lost with it.`);
  }
  if (altered.length > 0 && options.has("yes") && !options.has("force") && !options.has("dryRun")) {
    throw new Failure(
      `Cannot roll back without asking: ${
        altered.join(", ")
      } changed since. Look at --dry-run, then add --force.`,
    );
  }
  const outcome = changes.make(() => files.map(back), "Put that back?");
  if (outcome !== "done") return outcome === "declined" ? 1 : 0;
  for (const one of last) changes.journal.remove(one);
  return 0;
}

/** Changes of one file by one run, oldest first. */
type Chain = readonly [Kept, ...Kept[]];

function byFile(kept: readonly Kept[]): Chain[] {
  const files = new Map<string, Chain>();
  for (const one of kept) {
    const chain = files.get(one.entry.target);
    files.set(one.entry.target, chain === undefined ? [one] : [...chain, one]);
  }
  return [...files.values()];
}

function isAltered(chain: Chain): boolean {
  const { path, after } = (chain.at(-1) ?? chain[0]).entry;
  return digestOf(readConfigFile(path).text) !== after;
}

function back([{ entry }]: Chain): Change {
  const { known, text } = backupOf(entry);
  if (!known) {
    throw new Failure(
      `Cannot roll back ${entry.path}: its copy ${entry.backup} is gone or changed. Use \`kioku-mesh mcp uninstall\`.`,
    );
  }
  const file = readConfigFile(entry.path);
  if (file.target !== entry.target) throw new Changed(entry.path);
  return {
    deed: "rollback",
    client: entry.client,
    what: `undo ${entry.deed}`,
    file,
    after: text,
    audience: "owner",
  };
}
