import type { Micros } from "../core/clock.ts";
import { number, text } from "./row.ts";
import type { Store } from "./store.ts";

/** How often records were kept aside for one kind of reason. */
export interface ReasonGroup {
  /** The reason, with `…` for what differs from record to record. */
  readonly reason: string;
  readonly count: number;
  /** When the newest was seen. */
  readonly newest: Micros;
}

/** Why records were kept aside, the most frequent reason first. */
export function quarantineReasons(store: Store): ReasonGroup[] {
  const sql = "SELECT reason, count(*) AS n, max(seen_at) AS newest FROM quarantine GROUP BY reason";
  const groups = new Map<string, ReasonGroup>();
  for (
    const one of store.all(sql, [], (row) => ({
      reason: alike(text(row, "reason")),
      count: number(row, "n"),
      newest: number(row, "newest"),
    }))
  ) {
    const known = groups.get(one.reason);
    groups.set(one.reason, {
      reason: one.reason,
      count: one.count + (known?.count ?? 0),
      newest: Math.max(one.newest, known?.newest ?? 0),
    });
  }
  return [...groups.values()].sort((one, other) =>
    other.count - one.count || (one.reason < other.reason ? -1 : 1)
  );
}

// Ids, names in quotation marks and numbers.
function alike(reason: string): string {
  return reason.replaceAll(/"[^"]*"?|\b[0-9a-f]{8,64}\b|\b\d+\b|\b(?:user|team)\/[\w.-]+/g, "…");
}
