import { Failure, UsageError } from "../../core/errors.ts";
import { parseScopeLabel, type Scope, scopeLabel } from "../../core/scope.ts";
import { scopeFor, type Settings } from "../../core/settings.ts";
import { isShared } from "../../core/shared.ts";
import { countLegacy, migrateLegacy } from "../../memory/legacy.ts";
import { countMovable, moveLegacy } from "../../memory/move_legacy.ts";
import { sharing } from "../../memory/sharing.ts";
import type { DataCall, DataCommand, Ended } from "../command.ts";
import { confirm } from "../confirm.ts";

/** `kioku-mesh migrate-visibility`: gives records of before there were tiers a place in one. */
export const migrateVisibility: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("--from <what>", "legacy, which is all there is")
      .option(
        "--to <scope>",
        "mesh: everybody keeps them; user, team or team/<id>: this host's own are saved anew there and deleted for " +
          "everybody else (default: mesh)",
      )
      .option("--dry-run", "only say how many there are")
      .option("--yes", "move without asking")
      .option("--json", "print the result as JSON");
  },
  run(call) {
    const { memory: { settings }, options } = call;
    options.choice("from", ["legacy"]);
    const scope = target(options.filled("to") ?? "mesh", settings);
    if (!options.has("dryRun") && !isShared(settings)) {
      throw new Failure(
        "Cannot migrate: this host is in no mesh. Set it up with `kioku-mesh init --mode hub` or `--mode spoke`.",
      );
    }
    return scope.tier === "mesh" ? toMesh(call) : move(call, scope);
  },
};

function target(text: string, settings: Settings): Scope {
  if (text === "mesh" || text === "user" || text === "team") return scopeFor(text, settings);
  const scope = text.startsWith("team/") ? parseScopeLabel(text) : undefined;
  if (scope === undefined) {
    throw new UsageError(`Cannot migrate to ${text}: use mesh, user, team or team/<id>.`);
  }
  if (settings.declared.includes(text)) return scope;
  throw new UsageError(
    `Cannot migrate to ${text}: this host does not declare it. Run \`kioku-mesh scope add ${text}\` first.`,
  );
}

function toMesh(call: DataCall): Ended {
  const { memory: { store, clock }, options, output } = call;
  const dryRun = options.has("dryRun");
  const { memories, deletions } = dryRun ? countLegacy(store) : migrateLegacy(store, clock());
  if (options.has("json")) output.line(JSON.stringify({ memories, deletions, dry_run: dryRun }));
  else {
    const told = `${memories} memories, ${deletions} deletions`;
    output.line(dryRun ? `would be migrated: ${told}` : `migrated: ${told} are in the outbox.`);
  }
  return dryRun ? 0 : warn(call);
}

function move(call: DataCall, scope: Scope): Ended {
  const { memory, options, output } = call;
  const dryRun = options.has("dryRun");
  const found = countMovable(memory);
  const into = scopeLabel(scope);
  const question =
    `${found.own} memories will be in ${into} alone, under new ids, and deleted for everybody else.`;
  const go = !dryRun && found.own > 0;
  if (go && !options.has("yes") && !confirm(question, `migrate ${found.own}`, output)) return 1;
  const { own, others } = go ? moveLegacy(memory, scope) : found;
  if (options.has("json")) output.line(JSON.stringify({ memories: own, others, to: into, dry_run: dryRun }));
  else output.line(`${dryRun ? "would be moved" : "moved"}: ${own} memories to ${into}.`);
  if (others > 0) {
    output.note(`${others} memories without a tier were written on other hosts; move those there.`);
  }
  return go ? warn(call) : 0;
}

function warn({ memory, output }: DataCall): Ended {
  const warning = sharing(memory, memory.peerRuns)?.warning;
  if (warning !== undefined) output.note(warning);
  return 0;
}
