import { KiokuError } from "../../core/errors.ts";
import { isFolder } from "../../core/files.ts";
import { findFolders } from "../../core/paths.ts";
import { VERSION } from "../../core/version.ts";
import { type OpenMemory, openMemory, type Surroundings } from "../../memory/open.ts";
import { StoreFailure } from "../../store/failure.ts";
import { accessOf } from "../access.ts";
import { ClientChanges } from "../client_changes.ts";
import { placesOf } from "../client_choice.ts";
import type { DoctorCommand, Ended } from "../command.ts";
import { checkAgents } from "../doctor/agents.ts";
import { type Check, checked, type Status, trouble, worst } from "../doctor/check.ts";
import {
  checkAuthors,
  checkClocks,
  checkDatabase,
  checkIndex,
  checkQuarantine,
  checkSecrets,
} from "../doctor/data.ts";
import { checkConfiguration, checkPermissions } from "../doctor/host.ts";
import {
  checkCertificates,
  checkEngine,
  checkOutbox,
  checkPeer,
  checkReconciled,
  checkVersions,
} from "../doctor/mesh.ts";
import { keepOnly } from "../lockdown.ts";
import { Options } from "../options.ts";
import type { Output } from "../output.ts";
import { peerFacts } from "../peer_facts.ts";

const VERDICTS: Readonly<Record<Status, string>> = {
  pass: "all checks passed",
  warn: "completed with warnings",
  fail: "one or more checks failed",
};
const CODES: Readonly<Record<Status, Ended>> = { pass: 0, warn: 1, fail: 2 };

/** `kioku-mesh doctor`: looks at everything that fits this host's mode. Exit code 0 all passed, 1 warnings, 2 failures. */
export const doctor: DoctorCommand = {
  access: "doctor",
  declare(declaration) {
    declaration
      .option("--fix", "do what mends it, where no person is needed")
      .option("--json", "print the result as JSON")
      .option("--check-legacy-namespace", "no longer: the peer reads that namespace anyway")
      .option("--check-tool-call-fragments", "no longer: such content is refused when it is saved");
  },
  async run({ around, options, output }): Promise<Ended> {
    const places = placesOf(around);
    const changes = new ClientChanges(around, new Options({ yes: true }), quiet(output));
    const look = () => examine(around, () => checkAgents(places, changes));
    keepOnly(accessOf("doctor").keeps);
    let { checks, close } = await look();
    try {
      const fixes = checks.flatMap(({ status, fix }) => status === "pass" || fix === undefined ? [] : [fix]);
      if (options.has("fix") && fixes.length > 0) {
        for (const fix of fixes) output.note(await made(fix));
        close();
        close = () => {};
        ({ checks, close } = await look());
      }
    } finally {
      close();
    }
    const status = worst(checks);
    if (options.has("json")) output.line(JSON.stringify(asJson(checks)));
    else print(checks, output);
    return CODES[status];
  },
};

async function made(fix: NonNullable<Check["fix"]>): Promise<string> {
  try {
    return `fix: ${await fix()}`;
  } catch (error) {
    if (error instanceof KiokuError) return `not mended: ${error.message}`;
    throw error;
  }
}

/** What was found; what mends it may need the memory, which is open until `close`. */
interface Examined {
  readonly checks: readonly Check[];
  readonly close: () => void;
}

async function examine(around: Surroundings, agents: () => Promise<Check[]>): Promise<Examined> {
  const opened = await open(around);
  if ("check" in opened) return { checks: [opened.check, ...await agents()], close: () => {} };
  const { memory } = opened;
  try {
    const checks = [...await ofMemory(memory, around), ...await agents()];
    return { checks, close: () => memory.store.close() };
  } catch (error) {
    memory.store.close();
    throw error;
  }
}

async function ofMemory(memory: OpenMemory, around: Surroundings): Promise<Check[]> {
  const all = (...works: readonly (readonly [string, () => Check | Promise<Check>])[]) =>
    Promise.all(works.map(([name, work]) => checked(name, work)));
  const permissions = checkPermissions(memory, around.platform);
  const facts = peerFacts(memory);
  const certificates = memory.settings.mode === "local" ? undefined : checkCertificates(memory);
  return [
    checkConfiguration(memory),
    ...(permissions === undefined ? [] : [permissions]),
    ...await all(
      ["database", () => checkDatabase(memory)],
      ["search index", () => checkIndex(memory)],
      ["quarantine", () => checkQuarantine(memory)],
      ["secrets", () => checkSecrets(memory)],
      ["clocks", () => checkClocks(memory)],
      ["authors", () => checkAuthors(memory)],
    ),
    ...(facts === undefined ? [] : await all(
      ["router", () => checkEngine(around)],
      ["peer", () => checkPeer(facts, memory.settings.mode)],
      ["outbox", () => checkOutbox(facts, memory.clock())],
      ["comparison", () => checkReconciled(facts, memory.clock())],
      ["versions", () => checkVersions(facts)],
    )),
    ...(certificates === undefined ? [] : await optional("certificates", certificates)),
  ];
}

async function optional(name: string, work: Promise<Check | undefined>): Promise<Check[]> {
  let there = true;
  const check = await checked(name, async () => {
    const found = await work;
    there = found !== undefined;
    return found ?? { name, status: "pass", summary: "" };
  });
  return there ? [check] : [];
}

// What keeps the database closed is itself a finding, and says what to do.
async function open(around: Surroundings): Promise<{ memory: OpenMemory } | { check: Check }> {
  let memory: OpenMemory | undefined;
  const check = await checked("opening", async () => {
    try {
      memory = await openMemory(around, () => {});
    } catch (error) {
      if (error instanceof StoreFailure && error.trouble === "damaged") return damaged(around);
      throw error;
    }
    return { name: "opening", status: "pass", summary: "" };
  });
  return memory === undefined ? { check } : { memory };
}

function damaged(around: Surroundings): Check {
  return trouble("database", "fail", "it is damaged and cannot be opened", "kioku-mesh salvage", {
    async fix() {
      const { salvage } = await import("../../memory/salvage.ts");
      const { state } = findFolders(around.env, around.platform, isFolder);
      const result = salvage(state, around.clock, false, () => {});
      return result.status === "salvaged"
        ? `database: ${result.memories} memories kept, ${result.lost.length} lost, set aside as ${
          result.aside.join(", ")
        }`
        : "database: all records are sound";
    },
  });
}

function print(checks: readonly Check[], output: Output): void {
  for (const { name, status, summary, hint, details = [] } of checks) {
    output.line(`[${status.toUpperCase()}] ${name} — ${summary}`);
    for (const detail of details) output.line(`    ${detail}`);
    if (hint !== undefined) output.line(`    hint: ${hint}`);
  }
  output.line("");
  output.line(`verdict: ${VERDICTS[worst(checks)]}`);
}

function asJson(checks: readonly Check[]): unknown {
  const status = worst(checks);
  return {
    version: VERSION,
    ok: status === "pass",
    worst_status: status,
    checks: checks.map(({ name, status: each, summary, hint, details, fix }) => ({
      name,
      status: each,
      summary,
      hint: hint ?? null,
      details: details ?? [],
      fixable: fix !== undefined,
    })),
  };
}

// What a fix writes is no result of the doctor's.
function quiet(output: Output): Output {
  return { ...output, line: (text) => output.note(text) };
}
