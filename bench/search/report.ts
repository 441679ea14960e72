import { type Figures, figures, type Outcome } from "./measure.ts";

/** How an engine did on all queries. */
export interface Result {
  readonly name: string;
  readonly outcomes: readonly Outcome[];
}

type Group = (outcome: Outcome) => string;

/** A table of the means of every engine over queries of one half. */
export function overall(results: readonly Result[], half: string): string {
  const rows = results.map(({ name, outcomes }) => {
    const { recall5, recall10, mrr } = figures(ofHalf(outcomes, half));
    return [name, percent(recall5), percent(recall10), mrr.toFixed(3)];
  });
  return table([
    `${half} half (${ofHalf(results[0]?.outcomes ?? [], half).length} queries)`,
    "R@5",
    "R@10",
    "MRR",
  ], rows);
}

/** A table of R@10 and MRR of every engine by group (language, kind). */
export function byGroup(results: readonly Result[], half: string, what: string, group: Group): string {
  const names = [...new Set((results[0]?.outcomes ?? []).map(group))];
  const rows = names.map((name) => {
    const found = results.map(({ outcomes }) =>
      figures(ofHalf(outcomes, half).filter((one) => group(one) === name))
    );
    return [`${name} (${found[0]?.count ?? 0})`, ...found.map(both)];
  });
  return table([`${half}: R@10 / MRR by ${what}`, ...results.map(({ name }) => name)], rows);
}

/** Cells of language and kind in which the first engine is behind another by more than one query. */
export function gaps(results: readonly Result[], half: string): string[] {
  const [first, ...others] = results.map(({ name, outcomes }) => ({
    name,
    cells: cellsOf(ofHalf(outcomes, half)),
  }));
  if (first === undefined) return [];
  return others.flatMap(({ name, cells }) =>
    [...cells].flatMap(([cell, found]) => {
      const behind = found - (first.cells.get(cell) ?? 0);
      return behind > 1 ? [`${cell}: behind ${name} by ${behind.toFixed(1)} queries`] : [];
    })
  );
}

function cellsOf(outcomes: readonly Outcome[]): Map<string, number> {
  const cells = new Map<string, number>();
  for (const { judged, recall10 } of outcomes) {
    const cell = `${judged.language} ${judged.kind}`;
    cells.set(cell, (cells.get(cell) ?? 0) + recall10);
  }
  return cells;
}

/** The outcomes of one half. */
export function ofHalf(outcomes: readonly Outcome[], half: string): Outcome[] {
  return outcomes.filter(({ judged }) => judged.half === half);
}

function both({ recall10, mrr }: Figures): string {
  return `${percent(recall10)} / ${mrr.toFixed(2)}`;
}

function percent(part: number): string {
  return (100 * part).toFixed(1);
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => column === 0 ? "---" : "---:")), ...rows.map(line)].join(
    "\n",
  );
}
