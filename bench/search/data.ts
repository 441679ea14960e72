import { MESH } from "../../lib/core/scope.ts";
import { parseTime } from "../../lib/core/time.ts";
import { formatObservation, MEMORY_TYPES, type Observation } from "../../lib/memory/observation.ts";

/** A judged query of the evaluation set (README.md beside this file). */
export interface Judged {
  readonly id: string;
  readonly language: string;
  readonly kind: string;
  readonly half: string;
  readonly query: string;
  /** Ids of the accepted answers. */
  readonly relevant: readonly string[];
}

/** Memories and queries to measure search with. */
export interface EvaluationSet {
  readonly memories: readonly Observation[];
  readonly queries: readonly Judged[];
}

/** Reads the evaluation set. */
export function readEvaluationSet(): EvaluationSet {
  return {
    memories: lines("memories.jsonl").map(memoryOf),
    queries: lines("queries.jsonl").map((line) => ({
      id: text(line.id),
      language: text(line.language),
      kind: text(line.kind),
      half: text(line.half),
      query: text(line.query),
      relevant: list(line.relevant).map(idOf),
    })),
  };
}

/** The memories that nothing replaces: what baselines without an idea of replacing are given. */
export function current(memories: readonly Observation[]): Observation[] {
  const replaced = new Set(memories.flatMap(({ supersedes }) => supersedes));
  return memories.filter(({ id }) => !replaced.has(id));
}

type Line = Readonly<Record<string, unknown>>;

function lines(name: string): Line[] {
  const path = new URL(name, import.meta.url);
  return Deno.readTextFileSync(path).trim().split("\n").map((line): Line => JSON.parse(line));
}

function memoryOf(line: Line): Observation {
  const fields = {
    id: idOf(text(line.id)),
    scope: MESH,
    author: { agentFamily: "claude", clientId: "bench", pcId: "0".repeat(32), sessionId: "bench" },
    content: text(line.content),
    project: text(line.project),
    tags: list(line.tags),
    createdAt: parseTime(text(line.created_at)) ?? 0,
    memoryType: MEMORY_TYPES.find((type) => type === line.memory_type) ?? "note",
    importance: Number(line.importance),
    subject: text(line.subject),
    summary: text(line.summary),
    sourceFiles: list(line.source_files),
    references: list(line.references),
    supersedes: list(line.supersedes).map(idOf),
    expiresAt: undefined,
  };
  return { ...fields, purgedAt: undefined, payload: formatObservation(fields) };
}

// m001 as an id of the program's form.
function idOf(short: string): string {
  return short.slice(1).padStart(32, "0");
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`The evaluation set holds ${typeof value} in place of text.`);
}

function list(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(text);
  throw new TypeError(`The evaluation set holds ${typeof value} in place of a list.`);
}
