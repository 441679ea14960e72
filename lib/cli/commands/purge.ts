import { UsageError } from "../../core/errors.ts";
import { isId } from "../../core/ids.ts";
import { formatTime } from "../../core/time.ts";
import { findHostPurge, type HostPurge, purgeHost } from "../../memory/host_purge.ts";
import type { DataCommand } from "../command.ts";
import { confirm } from "../confirm.ts";

/** Memories that one transaction takes. */
const BATCH = 500;

/** `kioku-mesh purge`: undoes what one host did since a time. */
export const purge: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("--host <id>", "the host's id, 32 digits: `kioku-mesh get` and `tls info` show it")
      .option("--since <time>", "from when on (2026-01-31, or 7d)")
      .option("-r, --reason <text>", "why, kept with the deletions")
      .option("--execute", "really do it")
      .option("--yes", "do not ask")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, output }) {
    const host = options.filled("host")?.trim().toLowerCase();
    if (host === undefined || !isId(host)) {
      throw new UsageError("Cannot purge: name the host with --host and its id of 32 hexadecimal digits.");
    }
    const since = options.moment("since", memory.clock());
    if (since === undefined) throw new UsageError("Cannot purge: say from when on with --since.");
    const found = findHostPurge(memory, host, since);
    const json = options.has("json");
    if (!json) { for (const line of describe(found)) output.line(line); }
    const nothing = found.written === 0 && found.restorable.length === 0;
    if (!options.has("execute") || nothing) {
      if (json) output.line(JSON.stringify({ executed: false, ...facts(found) }));
      else if (!nothing) output.line("Dry run — pass --execute to do it.");
      return 0;
    }
    const asked = `Delete ${found.written} memories and save ${found.restorable.length} again?`;
    if (!options.has("yes") && !confirm(asked, "yes", output)) return 1;
    const reason = options.text("reason") ?? `purge of host ${host}`;
    const done = purgeHost(memory, found, reason, BATCH, (count) => output.progress(`purging: ${count}`));
    if (json) output.line(JSON.stringify({ executed: true, ...facts(found), ...done }));
    else output.line(`deleted ${done.deleted}, saved ${done.restored} again.`);
    return 0;
  },
};

function describe(
  { host, since, written, restorable, withoutText, unsigned, backdated, admitted }: HostPurge,
): string[] {
  const from = `${formatTime(since).slice(0, 19)}Z`;
  return [
    `host ${host} since ${from}:`,
    `  wrote: ${written} (to be deleted)`,
    `  deleted: ${restorable.length} whose text is here (to be saved again, with new ids)${
      withoutText === 0 ? "" : `, ${withoutText} whose text is not`
    }`,
    ...(unsigned === 0
      ? []
      : [`  ${unsigned} deletions since then are not signed, so nobody can say whose they are; they stay.`]),
    ...(backdated === 0 ? [] : [
      `  ${backdated} of it came since then and say that they are older: they stay, unless --since is earlier.`,
    ]),
    ...(admitted
      ? [
        "  Its certificate still counts: revoke it first (kioku-mesh tls revoke), else it goes on, and hosts that refuse what " +
        "is not proven keep what it wrote.",
      ]
      : []),
  ];
}

function facts({ host, since, written, restorable, withoutText, unsigned, backdated, admitted }: HostPurge) {
  return {
    host,
    since: formatTime(since),
    written,
    restorable: restorable.length,
    without_text: withoutText,
    unsigned,
    backdated,
    admitted,
  };
}
