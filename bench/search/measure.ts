import type { Judged } from "./data.ts";

/** Something that finds memories. */
export interface Engine {
  readonly name: string;
  /** Ids of the first hits, best first, at most `limit`. */
  search(query: string, limit: number): readonly string[] | Promise<readonly string[]>;
}

/** How one query went. */
export interface Outcome {
  readonly judged: Judged;
  readonly recall5: number;
  readonly recall10: number;
  /** One divided by the place of the first answer, 0 when it is not among the first ten. */
  readonly reciprocal: number;
}

/** Means over queries. */
export interface Figures {
  readonly count: number;
  readonly recall5: number;
  readonly recall10: number;
  readonly mrr: number;
}

/** Asks an engine every query. */
export async function measure(engine: Engine, queries: readonly Judged[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const judged of queries) {
    const found = await engine.search(judged.query, 10);
    const answers = new Set(judged.relevant);
    const first = found.findIndex((id) => answers.has(id));
    const recall = (depth: number) =>
      found.slice(0, depth).filter((id) => answers.has(id)).length / answers.size;
    outcomes.push({
      judged,
      recall5: recall(5),
      recall10: recall(10),
      reciprocal: first < 0 ? 0 : 1 / (first + 1),
    });
  }
  return outcomes;
}

/** The means of outcomes. */
export function figures(outcomes: readonly Outcome[]): Figures {
  const mean = (value: (outcome: Outcome) => number) =>
    outcomes.reduce((sum, outcome) => sum + value(outcome), 0) / Math.max(1, outcomes.length);
  return {
    count: outcomes.length,
    recall5: mean(({ recall5 }) => recall5),
    recall10: mean(({ recall10 }) => recall10),
    mrr: mean(({ reciprocal }) => reciprocal),
  };
}
