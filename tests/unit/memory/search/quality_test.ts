import assert from "node:assert/strict";
import { baselines } from "../../../../bench/search/baselines.ts";
import { current, readEvaluationSet } from "../../../../bench/search/data.ts";
import { figures, measure } from "../../../../bench/search/measure.ts";
import { ours } from "../../../../bench/search/ours.ts";

// The test half: nothing is chosen by it (bench/search/README.md), so a fall of these figures is a fall for users.
const { memories, queries } = readEvaluationSet();
const test = queries.filter(({ half }) => half === "test");

Deno.test("on the test half search finds 95 of 100 answers among the first ten, and no plain engine finds more", async () => {
  const own = await measure(ours(memories), test);
  const found = figures(own);
  assert.ok(found.recall10 >= 0.95, `recall at 10 is ${found.recall10}`);
  assert.ok(found.mrr >= 0.9, `MRR is ${found.mrr}`);
  const languages = new Set(test.map(({ language }) => language));
  for (const engine of baselines(current(memories))) {
    const theirs = await measure(engine, test);
    assert.ok(found.recall10 >= figures(theirs).recall10, `${engine.name} is ahead`);
    for (const language of languages) {
      const [one, other] = [own, theirs].map((outcomes) =>
        figures(outcomes.filter(({ judged }) => judged.language === language))
      );
      assert.ok((one?.recall10 ?? 0) >= (other?.recall10 ?? 0), `${engine.name} is ahead in ${language}`);
    }
  }
});
