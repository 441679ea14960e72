import { UsageError } from "../../core/errors.ts";
import { scopeLabel } from "../../core/scope.ts";
import type { Micros } from "../../core/clock.ts";
import { formatTime } from "../../core/time.ts";
import { deriveSubject, deriveSummary } from "../../memory/derive.ts";
import { isPlaceholder } from "../../memory/required.ts";
import type { OpenMemory } from "../../memory/open.ts";
import { type Saved, saveMemory } from "../../memory/save.ts";
import { isShared } from "../../core/shared.ts";
import { type Sharing, sharing } from "../../memory/sharing.ts";
import { isQueued } from "../../store/outbox.ts";
import type { DataCommand } from "../command.ts";
import { fullIds } from "../../memory/full_ids.ts";
import { readInput } from "../input.ts";
import type { Options } from "../options.ts";
import type { Output } from "../output.ts";
import { DEFAULT_WAIT, LONGEST_WAIT, waitUntil } from "../waiting.ts";

/** `kioku-mesh save`: saves one memory. */
export const save: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("<content>", "what to remember; - reads standard input")
      .option(
        "-s, --subject <text>",
        "short title with the names one would search for (default: the first line)",
      )
      .option("--summary <text>", "one sentence (default: the first sentence)")
      .option("-p, --project <name>", "the project it belongs to")
      .option("-t, --tags <a,b>", "tags, separated by commas")
      .option("--memory-type <kind>", "note, decision, bug, pattern, config or summary (default: note)")
      .option("--importance <1-5>", "5 concerns the whole project, 1 hardly matters (default: 2)")
      .option("--visibility <tier>", "mesh, user or team (default: as configured, else mesh)")
      .option("--source-files <a,b>", "files it is about, separated by commas")
      .option("--references <a,b>", "issues, commits or pages, separated by commas")
      .option("--supersedes <id,id>", "memories that this one replaces; 8 or more digits of an id")
      .option("--ttl <time>", "forget it after this time: seconds, or 90m, 36h, 30d")
      .option("--expires-at <time>", "forget it at this time (2026-01-31T09:00:00Z)")
      .option("--allow-secret", "save even what looks like a secret")
      .option("--wait [seconds]", `wait until the mesh has it (default: ${DEFAULT_WAIT} s at the most)`)
      .option("--json", "print the result as JSON");
  },
  async run({ memory, options, args, output }): Promise<0 | 1> {
    const wait = options.text("wait") === undefined
      ? undefined
      : options.integerOr("wait", 0, LONGEST_WAIT, DEFAULT_WAIT);
    const content = readInput(args[0] ?? "");
    if (content.trim() === "") throw new UsageError("Cannot save: the content is empty. Give some text.");
    const subject = options.text("subject") ?? "";
    const summary = options.text("summary") ?? "";
    const saved = saveMemory(memory, {
      content,
      subject: isPlaceholder(subject) ? deriveSubject(content) : subject,
      summary: isPlaceholder(summary) ? deriveSummary(content) : summary,
      project: options.filled("project") ?? "",
      tags: options.list("tags"),
      memoryType: options.memoryType("memoryType") ?? "note",
      importance: options.integer("importance", 1, 5) ?? 2,
      sourceFiles: options.list("sourceFiles"),
      references: options.list("references"),
      supersedes: fullIds(memory, options.list("supersedes")),
      visibility: options.tier("visibility"),
      expiresAt: expiry(options, memory.clock()),
      allowSecret: options.has("allowSecret"),
    });
    const shared = sharing(memory, memory.peerRuns);
    const confirmed = wait === undefined ? undefined : await confirm(memory, saved, wait);
    if (options.has("json")) output.line(JSON.stringify(asJson(saved, shared, confirmed)));
    else {
      print(saved, output);
      if (confirmed === true) output.line("confirmed: the mesh has it.");
      else if (shared?.warning !== undefined) output.note(shared.warning);
      if (confirmed === false) output.note("not confirmed: it is kept here and goes out as soon as it can.");
    }
    return confirmed === false ? 1 : 0;
  },
};

/** Waits until the mesh has what was saved; without a peer, or in no mesh, there is nothing to wait for. */
async function confirm(memory: OpenMemory, { observation }: Saved, seconds: number): Promise<boolean> {
  const { store, clock, settings, peerRuns } = memory;
  if (!isShared(settings)) {
    throw new UsageError(
      "Cannot wait for the mesh: this host is in none; the memory is saved. Leave out --wait.",
    );
  }
  const { id, scope } = observation;
  const gone = () => !isQueued(store, "observation", id, scopeLabel(scope));
  return peerRuns() ? await waitUntil(gone, seconds, clock) : gone();
}

function expiry(options: Options, now: Micros): Micros | undefined {
  const at = options.time("expiresAt");
  const length = options.duration("ttl");
  if (length === undefined) return at;
  if (at !== undefined) throw new UsageError("Cannot use --ttl and --expires-at together. Give one of them.");
  return now + length;
}

function print({ observation, warnings, candidates }: Saved, output: Output): void {
  for (const { code, message } of warnings) output.note(`[save-lint] WARNING: ${code}: ${message}`);
  output.line(`saved: ${observation.id} (visibility=${scopeLabel(observation.scope)})`);
  const [first] = candidates;
  if (first === undefined) return;
  const entries = candidates.length === 1 ? "1 live entry" : `${candidates.length} live entries`;
  output.line(`supersede candidates (${entries} with the same subject/type):`);
  for (const candidate of candidates) {
    const date = formatTime(candidate.createdAt).slice(0, 10);
    output.line(`  - ${candidate.id}  ${date}  ${candidate.summary || candidate.subject}`);
  }
  output.line(
    `  hint: if this replaces ${candidates.length === 1 ? "it" : "one of them"}, save it with --supersedes ${
      first.id.slice(0, 8)
    }, so that the older one is hidden, or \`kioku-mesh delete ${first.id.slice(0, 8)}\` takes it away.`,
  );
}

function asJson(
  { observation, warnings, candidates }: Saved,
  shared: Sharing | undefined,
  confirmed: boolean | undefined,
): unknown {
  return {
    observation_id: observation.id,
    status: "saved",
    visibility: scopeLabel(observation.scope),
    subject: observation.subject,
    summary: observation.summary,
    ...(observation.expiresAt === undefined ? {} : { expires_at: formatTime(observation.expiresAt) }),
    warnings,
    ...(confirmed === undefined ? {} : { confirmed }),
    ...(confirmed === true || shared?.warning === undefined ? {} : { not_shared: shared.warning }),
    supersede_candidates: candidates.map(({ id, createdAt, summary, subject }) => ({
      observation_id: id,
      created_at: formatTime(createdAt).slice(0, 10),
      summary: summary || subject,
    })),
  };
}
