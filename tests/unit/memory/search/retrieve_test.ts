import assert from "node:assert/strict";
import { unbounded } from "../../../../bench/scale/bounded.ts";
import { makeQuestions } from "../../../../bench/scale/questions.ts";
import { FIRST, generate } from "../../../../bench/scale/records.ts";
import { DAY, MINUTE } from "../../../../lib/core/clock.ts";
import { mergeObservation } from "../../../../lib/memory/records.ts";
import type { SearchFilters } from "../../../../lib/memory/search/request.ts";
import { searchMemories } from "../../../../lib/memory/search/search.ts";
import { testContext } from "../../../support/context.ts";

// Enough that questions match more texts than bm25() is given (lib/memory/search/retrieve.ts).
const COUNT = 12_000;
const SEED = 3;

Deno.test("with more matches than can be put in order, search finds what it would find without bounds", () => {
  using context = testContext();
  const now = FIRST + COUNT * MINUTE;
  context.store.write(() => {
    for (const { observation } of generate(COUNT, SEED)) mergeObservation(context.store, observation, now);
  });
  const find = (query: string, filters: SearchFilters) => {
    const page = searchMemories(
      { ...context, clock: () => now },
      { query, mode: undefined, filters, limit: 10, includeSuperseded: false, cursor: undefined },
    );
    assert.deepEqual(page.notices, []);
    return page.hits.map(({ stored }) => stored.observation);
  };
  let [wanted, shared] = [0, 0];
  for (const { query } of makeQuestions(COUNT, SEED, 20).filter(({ kind }) => kind.includes("question"))) {
    // Two common words make it broad.
    const broad = `${query} project tag1`;
    const all = unbounded(context.store, broad, COUNT, now);
    const found = new Set(find(broad, {}).map(({ id }) => id));
    wanted += all.length;
    shared += all.filter((id) => found.has(id)).length;
  }
  assert.ok(wanted >= 300, `${wanted} to compare`);
  assert.ok(shared >= 0.98 * wanted, `${shared} of ${wanted} are the same (seed ${SEED})`);
  // Filters that few pass, for a word that nearly all have.
  for (const { observation } of generate(40, SEED)) {
    const { project, createdAt, author: { sessionId } } = observation;
    const ofProject = find("project", { project });
    assert.ok(
      ofProject.length > 0 && ofProject.every((one) => one.project === project),
      `seed ${SEED}, ${project}`,
    );
    assert.equal(find("project", { sessionId }).length, 10);
    const day = find("project", { since: createdAt - DAY, until: createdAt + MINUTE });
    assert.ok(
      day.some(({ id }) => id === observation.id) || day.length === 10,
      `seed ${SEED}, ${observation.id}`,
    );
  }
});
