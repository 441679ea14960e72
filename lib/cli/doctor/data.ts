import { MINUTE } from "../../core/clock.ts";
import { formatTime } from "../../core/time.ts";
import { hostsAhead, indexGaps, unknownAuthors } from "../../memory/health.ts";
import type { OpenMemory } from "../../memory/open.ts";
import { ANALYZER_VERSION } from "../../memory/search/analyzer.ts";
import { readIndexState } from "../../memory/search/index_state.ts";
import { rebuildIndex } from "../../memory/search/rebuild.ts";
import { listFlags } from "../../memory/secrets/flags.ts";
import { totals } from "../../memory/stats.ts";
import { integrityProblems } from "../../store/integrity.ts";
import { quarantineCount } from "../../store/quarantine.ts";
import { type Check, pass, trouble } from "./check.ts";

/** By how much a host's clock may differ before memories come in a wrong order that somebody notices. */
const SKEW = 2 * MINUTE;
/** Of how many of the newest memories the authors are looked at, and which share may be unknown (compat cli §3.5). */
const NEWEST = 50;
const UNKNOWN = 0.8;

/** Whether the database can be read from end to end. */
export function checkDatabase({ store }: OpenMemory): Check {
  const name = "database";
  const details = integrityProblems(store);
  const [first] = details;
  if (first !== undefined) {
    return trouble(name, "fail", `it is damaged: ${first}`, "kioku-mesh salvage", { details });
  }
  const { live, tombstoned } = totals(store);
  return pass(name, `sound; ${live} memories, ${tombstoned} deletions`);
}

/** Whether the search index holds what is stored. */
export function checkIndex({ store }: OpenMemory): Check {
  const name = "search index";
  const { damaged, analyzer } = readIndexState(store);
  const gaps = indexGaps(store);
  const problem = damaged || gaps === undefined
    ? "it is damaged"
    : analyzer !== undefined && analyzer !== ANALYZER_VERSION
    ? "another version of this program made it"
    : gaps.missing + gaps.spare > 0
    ? `${gaps.missing} memories are not in it, ${gaps.spare} entries are of none`
    : undefined;
  if (problem === undefined) return pass(name, "in step with what is stored");
  return trouble(name, "warn", problem, "kioku-mesh reindex", {
    fix: () => `search index made anew: ${rebuildIndex(store, () => {}).indexed} memories`,
  });
}

/** Whether records were kept aside. */
export function checkQuarantine({ store }: OpenMemory): Check {
  const name = "quarantine";
  const count = quarantineCount(store);
  if (count === 0) return pass(name, "empty");
  return trouble(name, "warn", `${count} records were kept aside`, "kioku-mesh quarantine");
}

/** Whether records are held back. */
export function checkSecrets({ store }: OpenMemory): Check {
  const name = "secrets";
  const { length } = listFlags(store);
  if (length === 0) return pass(name, "nothing stored looks like one");
  return trouble(
    name,
    "warn",
    `${length} records look as if they held one, and are not sent on`,
    "kioku-mesh secrets",
  );
}

/** Whether clocks agree, as far as the times of memories tell. */
export function checkClocks({ store, clock, identity }: OpenMemory): Check {
  const name = "clocks";
  const ahead = hostsAhead(store, clock() + SKEW);
  const [first] = ahead;
  if (first === undefined) return pass(name, "no memory is from the future");
  const who = first.host === identity.pcId ? "this host" : `host ${first.host.slice(0, 8)}`;
  return trouble(
    name,
    "warn",
    `${who} has a memory of ${formatTime(first.newest).slice(0, 19)}Z, which is still to come`,
    "Set the clocks of all hosts by the network (NTP).",
    { details: ahead.map(({ host, newest }) => `${host}: ${formatTime(newest)}`) },
  );
}

/** Whether memories say which agent wrote them. */
export function checkAuthors({ store, identity }: OpenMemory): Check {
  const name = "authors";
  const { looked, unknown } = unknownAuthors(store, identity.pcId, NEWEST);
  // One or two by hand are no sign of anything.
  if (looked < 10 || unknown < UNKNOWN * looked) {
    return pass(name, `${looked - unknown} of the newest ${looked} name their agent`);
  }
  return trouble(
    name,
    "warn",
    `${unknown} of the newest ${looked} memories of this host do not say which agent wrote them`,
    "kioku-mesh mcp install (it registers each agent with its name)",
  );
}
