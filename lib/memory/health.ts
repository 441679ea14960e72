import type { Micros } from "../core/clock.ts";
import { number, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { isDamage } from "./search/index.ts";

/** How many live memories the search index lacks, and how many entries it has of no live memory; undefined: unreadable. */
export function indexGaps(store: Store): { missing: number; spare: number } | undefined {
  try {
    const count = (sql: string) => store.get(sql, [], (row) => number(row, "n")) ?? 0;
    return {
      missing: count(
        "SELECT count(*) AS n FROM observation WHERE state = 0 AND row NOT IN (SELECT id FROM search_index_docsize)",
      ),
      spare: count(
        "SELECT count(*) AS n FROM search_index_docsize WHERE id NOT IN (SELECT row FROM observation WHERE state = 0)",
      ),
    };
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** Hosts with a memory from later than `limit`, with the time of their latest. */
export function hostsAhead(store: Store, limit: Micros): { host: string; newest: Micros }[] {
  return store.all(
    `SELECT a.pc_id, max(o.created_at) AS newest FROM observation o INDEXED BY observation_recent
      JOIN author a ON a.author = o.author WHERE o.state = 0 AND o.created_at > ? GROUP BY a.pc_id ORDER BY newest DESC`,
    [limit],
    (row) => ({ host: text(row, "pc_id"), newest: number(row, "newest") }),
  );
}

/** Of the newest memories of a host, as many as asked for: how many there are, and by how many the agent is unknown. */
export function unknownAuthors(
  store: Store,
  pcId: string,
  most: number,
): { looked: number; unknown: number } {
  const families = store.all(
    `SELECT a.agent_family FROM observation o INDEXED BY observation_recent JOIN author a ON a.author = o.author
      WHERE o.state = 0 AND a.pc_id = ? ORDER BY o.created_at DESC, o.row DESC LIMIT ?`,
    [pcId, most],
    (row) => text(row, "agent_family"),
  );
  return { looked: families.length, unknown: families.filter((family) => family === "unknown").length };
}
