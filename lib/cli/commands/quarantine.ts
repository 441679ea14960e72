import { Failure, UsageError } from "../../core/errors.ts";
import { formatTime } from "../../core/time.ts";
import { recheck } from "../../memory/recheck.ts";
import { inline, neutralise } from "../../memory/render/neutralise.ts";
import {
  findQuarantined,
  listQuarantine,
  quarantineCount,
  type QuarantineEntry,
  quarantineLoss,
} from "../../store/quarantine.ts";
import { quarantineReasons } from "../../store/quarantine_reasons.ts";
import type { DataCall, DataCommand, Ended } from "../command.ts";

/** How many records are listed unless told otherwise. */
const LIMIT = 50;

/** As many digits of a digest as stand before a record in the list. */
const HANDLE = 12;

/** `kioku-mesh quarantine`: records that are kept aside because they cannot be live. */
export const quarantine: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("[record]", "show one whole: the digits before it in the list, or its id; 8 or more of them")
      .option("--reasons", "only why, and how many")
      .option("--retry", "look again at those that were set aside for their signature")
      .option("-n, --limit <n>", `show this many at the most (default: ${LIMIT})`)
      .option("--json", "print the result as JSON, payloads included");
  },
  run(call) {
    const { options, args, output, memory } = call;
    const [wanted] = args;
    if (wanted !== undefined) return showOne(call, wanted);
    if (options.has("retry")) return retry(call);
    const { letGo, forgotten } = quarantineLoss(memory.store);
    if (letGo > 0) output.note(`of ${letGo} payloads only the size and SHA-256 were kept, for lack of room.`);
    if (forgotten > 0) output.note(`${forgotten} older records are only counted, for lack of room.`);
    return options.has("reasons") ? listReasons(call) : list(call);
  },
};

function list({ memory, options, output }: DataCall): Ended {
  const records = listQuarantine(memory.store, options.integer("limit", 1, 10_000) ?? LIMIT);
  if (options.has("json")) {
    output.line(JSON.stringify(records.map(asJson)));
    return 0;
  }
  if (records.length === 0) output.line("nothing is in quarantine.");
  for (const { key, digest, reason, seenAt } of records) {
    output.line(
      `${formatTime(seenAt).slice(0, 19)}  ${digest.slice(0, HANDLE)}  ${inline(key)}  ${inline(reason)}`,
    );
  }
  return 0;
}

function listReasons({ memory, options, output }: DataCall): Ended {
  const reasons = quarantineReasons(memory.store);
  if (options.has("json")) {
    output.line(JSON.stringify(reasons.map((one) => ({ ...one, newest: formatTime(one.newest) }))));
    return 0;
  }
  if (reasons.length === 0) output.line("nothing is in quarantine.");
  const width = String(reasons[0]?.count ?? 0).length;
  for (const { reason, count, newest } of reasons) {
    output.line(
      `${String(count).padStart(width)}  ${formatTime(newest).slice(0, 19)}  ${inline(reason)}`,
    );
  }
  return 0;
}

function showOne({ memory, options, output }: DataCall, wanted: string): Ended {
  const prefix = wanted.trim().toLowerCase();
  if (!/^[0-9a-f]{8,64}$/.test(prefix)) {
    throw new UsageError(
      `Cannot look up "${wanted}": give 8 or more of the digits that stand before a record in the list, or of its id.`,
    );
  }
  const [found, second] = findQuarantined(memory.store, prefix, 2);
  if (found === undefined) {
    throw new Failure(`Cannot find ${prefix} in quarantine. \`kioku-mesh quarantine\` lists what is there.`);
  }
  if (second !== undefined) {
    throw new UsageError(
      `Cannot tell which record is meant by ${prefix}: ${found.digest.slice(0, 16)} and ${
        second.digest.slice(0, 16)
      } among others. Give these digits.`,
    );
  }
  if (options.has("json")) output.line(JSON.stringify(asJson(found)));
  else {
    output.line(`key: ${inline(found.key)}`);
    output.line(`reason: ${inline(found.reason)}`);
    output.line(`seen_at: ${formatTime(found.seenAt)}`);
    output.line(`sha256: ${found.digest}`);
    output.line("---");
    output.line(output.isTerminal ? neutralise(found.payload) : found.payload);
  }
  return 0;
}

function retry({ memory, options, output }: DataCall): Ended {
  const { store, settings } = memory;
  const before = quarantineCount(store);
  let looked = 0;
  for (const ids of recheck({ store, cause: "all", refuseUnproven: settings.signatures === "refuse" })) {
    looked += ids.length;
    output.progress(`looked at ${looked}`);
  }
  const after = quarantineCount(store);
  if (options.has("json")) {
    output.line(JSON.stringify({ looked_at: looked, came_out: before - after, left: after }));
  } else output.line(`looked at ${looked} again: ${before - after} came out, ${after} are left.`);
  return 0;
}

function asJson(record: QuarantineEntry): Readonly<Record<string, unknown>> {
  return { ...record, seenAt: formatTime(record.seenAt) };
}
