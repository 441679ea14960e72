import type { Observation } from "../../lib/memory/observation.ts";
import { mergeObservation } from "../../lib/memory/records.ts";
import { searchMemories } from "../../lib/memory/search/search.ts";
import { openInMemory } from "../../lib/store/open.ts";
import { testContext } from "../../tests/support/context.ts";
import type { Engine } from "./measure.ts";

/** The search of this program over the given memories, in a database of its own. */
export function ours(memories: readonly Observation[]): Engine {
  const now = Math.max(0, ...memories.map(({ createdAt }) => createdAt)) + 1;
  const store = openInMemory();
  store.write(() => {
    for (const memory of memories) mergeObservation(store, memory, now);
  });
  const context = { ...testContext({ store }), clock: () => now };
  return {
    name: "kioku-mesh",
    search: (query, limit) =>
      searchMemories(context, {
        query,
        mode: undefined,
        filters: {},
        limit,
        includeSuperseded: false,
        cursor: undefined,
      })
        .hits.map(({ stored }) => stored.observation.id),
  };
}
