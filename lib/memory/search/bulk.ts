import type { Store } from "../../store/store.ts";
import { isDamage } from "./index.ts";

/** How many records a transaction of a long series should take: what FTS5 gathers then becomes one piece of its index. */
export const BULK_BATCH = 2_000;

// FTS5's own values: it joins pieces of its index when there are 4 of a size, and gathers 1 MiB before it writes one.
const USUAL = { automerge: 4, hashsize: 1_048_576 };
const IN_BULK = { automerge: 8, hashsize: 16_777_216 };

/**
 * Runs `work`, which saves many records, with an index that is joined less often: 6,785 in place of 6,065 records a second
 * at 150,000, and a few more pieces for searches to look into until later saves join them.
 */
export function inBulk<T>(store: Store, work: () => T): T {
  configure(store, IN_BULK);
  try {
    return store.bulk(work);
  } finally {
    configure(store, USUAL);
  }
}

function configure(store: Store, values: typeof USUAL): void {
  try {
    for (const [name, value] of Object.entries(values)) {
      store.run("INSERT INTO search_index (search_index, rank) VALUES (?, ?)", name, value);
    }
  } catch (error) {
    // A damaged index is made anew some day; until then nothing is written to it.
    if (!isDamage(error)) throw error;
  }
}
