import { text } from "./row.ts";
import type { Store } from "./store.ts";

/** A small fact about the database, or undefined. */
export function readMeta(store: Store, name: string): string | undefined {
  return store.get("SELECT value FROM meta WHERE name = ?", [name], (row) => text(row, "value"));
}

/** Writes a small fact about the database; undefined removes it. */
export function writeMeta(store: Store, name: string, value: string | undefined): void {
  if (value === undefined) store.run("DELETE FROM meta WHERE name = ?", name);
  else {store.run(
      "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      name,
      value,
    );}
}
