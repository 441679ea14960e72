import type { Micros } from "../core/clock.ts";
import { number, numberOrNone, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import type { Count } from "./stats.ts";

/** What was saved lately, and in one session. */
export interface Activity {
  /** When the newest memory was saved, wherever. */
  readonly newest: Micros | undefined;
  /** Live memories by agent family since the time asked for, in order of the names. */
  readonly families: readonly Count[];
  /** How many memories the session saved, deleted ones too, and when the last of them. */
  readonly sessionSaves: number;
  readonly sessionNewest: Micros | undefined;
}

/** Counts what was saved between `since` and `now`, and by the session. */
export function activity(store: Store, sessionId: string, since: Micros, now: Micros): Activity {
  const recent = store.all(
    `SELECT a.agent_family, count(*) AS n FROM observation o JOIN author a ON a.author = o.author
      WHERE o.state = 0 AND o.created_at >= ? AND o.created_at <= ? GROUP BY a.agent_family ORDER BY a.agent_family`,
    [since, now],
    (row) => ({ name: text(row, "agent_family"), count: number(row, "n") }),
  );
  const session = store.get(
    `SELECT count(*) AS n, max(o.created_at) AS newest FROM observation o JOIN author a ON a.author = o.author
      WHERE a.session_id = ?`,
    [sessionId],
    (row) => ({ saves: number(row, "n"), newest: numberOrNone(row, "newest") }),
  );
  return {
    newest: store.get(
      "SELECT max(created_at) AS newest FROM observation WHERE state = 0",
      [],
      (row) => numberOrNone(row, "newest"),
    ),
    families: recent,
    sessionSaves: session?.saves ?? 0,
    sessionNewest: session?.newest,
  };
}
