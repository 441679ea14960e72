import { guarded } from "./failure.ts";
import { text } from "./row.ts";
import type { Store } from "./store.ts";

/** How many problems are told at the most. */
const MOST = 5;

/** What SQLite finds wrong with the whole database, its indexes too; nothing when it is sound. Reads all of it. */
export function integrityProblems(store: Store): string[] {
  return guarded(
    "check the database",
    () =>
      store.all(`PRAGMA integrity_check(${MOST})`, [], (row) => text(row, "integrity_check"))
        .filter((line) => line !== "ok"),
  );
}
