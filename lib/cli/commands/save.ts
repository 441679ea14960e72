import { UsageError } from "../../core/errors.ts";
import { scopeLabel } from "../../core/scope.ts";
import type { Micros } from "../../core/clock.ts";
import { formatTime, parseDuration } from "../../core/time.ts";
import { deriveSubject, deriveSummary } from "../../memory/derive.ts";
import { isPlaceholder } from "../../memory/required.ts";
import { type Saved, saveMemory } from "../../memory/save.ts";
import type { DataCommand } from "../command.ts";
import { fullIds } from "../../memory/full_ids.ts";
import { readInput } from "../input.ts";
import type { Options } from "../options.ts";
import type { Output } from "../output.ts";
import { SECOND } from "../../core/clock.ts";

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
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, args, output }) {
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
    if (options.has("json")) output.line(JSON.stringify(asJson(saved)));
    else print(saved, output);
    return 0;
  },
};

function expiry(options: Options, now: Micros): Micros | undefined {
  const at = options.time("expiresAt");
  const text = options.filled("ttl");
  if (text === undefined) return at;
  if (at !== undefined) throw new UsageError("Cannot use --ttl and --expires-at together. Give one of them.");
  const length = /^\d+$/.test(text) ? Number(text) * SECOND : parseDuration(text);
  if (length === undefined || length <= 0) {
    throw new UsageError(
      `Cannot use --ttl "${text}": it is not a length of time. Write 3600, 90m, 36h or 30d.`,
    );
  }
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

function asJson({ observation, warnings, candidates }: Saved): unknown {
  return {
    observation_id: observation.id,
    status: "saved",
    visibility: scopeLabel(observation.scope),
    subject: observation.subject,
    summary: observation.summary,
    ...(observation.expiresAt === undefined ? {} : { expires_at: formatTime(observation.expiresAt) }),
    warnings,
    supersede_candidates: candidates.map(({ id, createdAt, summary, subject }) => ({
      observation_id: id,
      created_at: formatTime(createdAt).slice(0, 10),
      summary: summary || subject,
    })),
  };
}
