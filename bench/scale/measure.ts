import { join } from "node:path";
import type { MemoryContext } from "../../lib/memory/context.ts";
import type { Observation } from "../../lib/memory/observation.ts";
import { mergeObservation } from "../../lib/memory/records.ts";
import { BULK_BATCH, inBulk } from "../../lib/memory/search/bulk.ts";
import { saveMemory } from "../../lib/memory/save.ts";
import type { SearchFilters } from "../../lib/memory/search/request.ts";
import { searchMemories } from "../../lib/memory/search/search.ts";
import { openStore } from "../../lib/store/open.ts";
import type { Store } from "../../lib/store/store.ts";
import { testContext } from "../../tests/support/context.ts";
import { unbounded } from "./bounded.ts";
import { makeQuestions } from "./questions.ts";
import { FIRST, generate } from "./records.ts";

/** Times of one kind of work, in milliseconds. */
export interface Times {
  readonly p50: number;
  readonly p95: number;
}

/** What was measured with one number of memories. */
export interface Measured {
  readonly size: number;
  /** Memories a second that the import took in. */
  readonly importRate: number;
  readonly times: ReadonlyMap<string, Times>;
  /** Size of the database, and of the process after everything, in MiB. */
  readonly database: number;
  readonly resident: number;
  /** The part of the unbounded search's first ten that the bounded one has too, by kind; empty where not measured. */
  readonly recall: ReadonlyMap<string, number>;
}

const SEED = 1;
const EACH = 60;
/** Without bounds a search of more memories takes too long to do it many times. */
const MOST_UNBOUNDED = 100_000;

/** Fills a database in `folder` with so many generated memories, and measures what people do with it. */
export function measureSize(folder: string, size: number): Measured {
  const path = join(folder, `${size}.db`);
  let now = FIRST + size * 60_000_000;
  const clock = () => now++;
  let store = openStore(path, clock);
  const importRate = fill(store, size, now);
  store.close();
  const times = new Map<string, Times>();
  times.set("open", timed(20, () => openStore(path, clock).close()));
  store = openStore(path, clock);
  const context = { ...testContext({ store }), clock };
  const search = (query: string, filters: SearchFilters) =>
    searchMemories(context, {
      query,
      mode: undefined,
      filters,
      limit: 10,
      includeSuperseded: false,
      cursor: undefined,
    })
      .hits.map(({ stored }) => stored.observation.id);
  const questions = makeQuestions(Math.min(size, 200_000), SEED, EACH);
  const recall = new Map<string, number[]>();
  for (const kind of new Set(questions.map((question) => question.kind))) {
    const asked = questions.filter((question) => question.kind === kind);
    const filters = (project: string) => kind === "project" ? { project } : {};
    times.set(
      kind,
      timed(asked.length, (index) => search(asked[index]?.query ?? "", filters(asked[index]?.project ?? ""))),
    );
    if (kind === "project" || size > MOST_UNBOUNDED) continue;
    recall.set(
      kind,
      asked.map(({ query }) => overlap(unbounded(store, query, size, now), search(query, {}))),
    );
  }
  times.set("browse", timed(EACH, () => search("", {})));
  times.set("browse a project", timed(EACH, (index) => search("", { project: `project-${index}` })));
  times.set("browse a session", timed(EACH, (index) => search("", { sessionId: `s${index}` })));
  const saved = [...generate(300, SEED + 5)].map(({ observation }) => observation);
  times.set("save", timed(saved.length, (index) => save(context, saved[index])));
  store.close();
  times.set("(write and sync alone)", syncs(folder));
  return {
    size,
    importRate,
    times,
    database: Deno.statSync(path).size / 2 ** 20,
    resident: Deno.memoryUsage().rss / 2 ** 20,
    recall: new Map(
      [...recall].map(([kind, parts]) => [kind, parts.reduce((sum, part) => sum + part, 0) / parts.length]),
    ),
  };
}

/** Fills a database with generated memories. Gives how many it took in a second. */
export function fill(store: Store, size: number, now: number): number {
  let batch: Observation[] = [];
  let spent = 0;
  const flush = () => {
    const start = performance.now();
    store.write(() => {
      for (const observation of batch) mergeObservation(store, observation, now);
    });
    spent += performance.now() - start;
    batch = [];
  };
  inBulk(store, () => {
    for (const { observation } of generate(size, SEED)) if (batch.push(observation) === BULK_BATCH) flush();
    flush();
  });
  return size / spent * 1000;
}

function save(context: MemoryContext, observation: Observation | undefined): void {
  if (observation !== undefined) {
    saveMemory(context, { ...observation, visibility: undefined, allowSecret: true });
  }
}

function timed(count: number, work: (index: number) => void): Times {
  const times = Array.from({ length: count }, (_, index) => {
    const start = performance.now();
    work(index);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return { p50: times[Math.floor(count * 0.5)] ?? 0, p95: times[Math.floor(count * 0.95)] ?? 0 };
}

// What the disk takes by itself for what a save has to do.
function syncs(folder: string): Times {
  using file = Deno.openSync(join(folder, "sync"), { create: true, write: true });
  return timed(300, () => {
    file.writeSync(new Uint8Array(16_384));
    file.syncDataSync();
  });
}

function overlap(wanted: readonly string[], found: readonly string[]): number {
  return wanted.length === 0 ? 1 : wanted.filter((id) => found.includes(id)).length / wanted.length;
}
