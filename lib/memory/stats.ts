import { number, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { STATE } from "./records.ts";

/** How many records there are, and by whom. */
export interface Stats {
  readonly live: number;
  readonly tombstoned: number;
  readonly shadowed: number;
  /** Live memories by agent family and by host, most first. */
  readonly families: readonly Count[];
  readonly hosts: readonly Count[];
}

/** A name and how often it occurs. */
export interface Count {
  readonly name: string;
  readonly count: number;
}

/** How many live memories there are, and how many deleted ones. */
export function totals(store: Store): { readonly live: number; readonly tombstoned: number } {
  return {
    live: count(store, "SELECT count(*) AS n FROM observation INDEXED BY observation_recent WHERE state = 0"),
    tombstoned: count(store, TOMBSTONES),
  };
}

const TOMBSTONES = "SELECT count(*) AS n FROM tombstone";

/** Counts what is in the database. */
export function stats(store: Store): Stats {
  const byAuthor = store.all(
    `SELECT a.agent_family, a.pc_id, n.n FROM
      (SELECT author, count(*) AS n FROM observation WHERE state = 0 GROUP BY author) n JOIN author a ON a.author = n.author`,
    [],
    (row) => ({ family: text(row, "agent_family"), host: text(row, "pc_id"), n: number(row, "n") }),
  );
  return {
    live: byAuthor.reduce((sum, { n }) => sum + n, 0),
    tombstoned: count(store, TOMBSTONES),
    shadowed: count(store, `SELECT count(*) AS n FROM observation WHERE state = ${STATE.shadowed}`),
    families: tally(byAuthor.map(({ family, n }) => [family, n])),
    hosts: tally(byAuthor.map(({ host, n }) => [host, n])),
  };
}

function count(store: Store, sql: string): number {
  return store.get(sql, [], (row) => number(row, "n")) ?? 0;
}

function tally(entries: readonly (readonly [string, number])[]): Count[] {
  const sums = new Map<string, number>();
  for (const [name, n] of entries) sums.set(name, (sums.get(name) ?? 0) + n);
  return [...sums].map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
