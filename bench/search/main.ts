// `deno task bench:search`: measures search on the evaluation set beside plain engines and the Python version, prints
// tables in Markdown and draws docs/bench/search.svg.
import { baselines } from "./baselines.ts";
import { chart } from "./chart.ts";
import { current, readEvaluationSet } from "./data.ts";
import { figures, measure } from "./measure.ts";
import { ours } from "./ours.ts";
import { pythonEngine } from "./python.ts";
import { byGroup, gaps, ofHalf, overall, type Result, table } from "./report.ts";

// English queries that were written knowing where plain engines fail (README.md).
const HARD = new Set(["q023", "q024", "q025", "q026", "q027", "q028", "q143", "q144", "q145", "q146"]);

const { memories, queries } = readEvaluationSet();
const engines = [ours(memories), ...baselines(current(memories)), pythonEngine(memories, queries)];
const results: Result[] = [];
for (const engine of engines) results.push({ name: engine.name, outcomes: await measure(engine, queries) });

for (const half of ["test", "tune"]) {
  print(overall(results, half));
  print(byGroup(results, half, "language", ({ judged }) => judged.language));
  print(byGroup(results, half, "kind", ({ judged }) => judged.kind));
  const behind = gaps(results, half);
  print(
    behind.length === 0
      ? `${half}: in no cell of language and kind behind by more than one query.`
      : behind.join("\n"),
  );
}
print(table(
  ["test: English without the ten queries that were made hard", "R@10", "MRR"],
  results.map(({ name, outcomes }) => {
    const left = ofHalf(outcomes, "test").filter(({ judged }) =>
      judged.language === "en" && !HARD.has(judged.id)
    );
    const { recall10, mrr } = figures(left);
    return [name, (100 * recall10).toFixed(1), mrr.toFixed(3)];
  }),
));

const path = new URL("../../docs/bench/search.svg", import.meta.url);
Deno.mkdirSync(new URL(".", path), { recursive: true });
Deno.writeTextFileSync(path, chart(results));

function print(text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
