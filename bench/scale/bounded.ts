import { readStored, STORED_COLUMNS } from "../../lib/memory/records.ts";
import { rarity } from "../../lib/memory/search/frequency.ts";
import { anyOf, matchUnit } from "../../lib/memory/search/match.ts";
import { rank } from "../../lib/memory/search/rank.ts";
import { analyzeQuery } from "../../lib/memory/search/terms.ts";
import { unitsOf } from "../../lib/memory/search/units.ts";
import { number } from "../../lib/store/row.ts";
import type { Store } from "../../lib/store/store.ts";

/**
 * The first ten ids as they would be without any bound: every text that has any of the words is put in order by bm25, and
 * the best 200 of them are ranked as search does.
 */
export function unbounded(store: Store, query: string, total: number, now: number): string[] {
  const units = unitsOf(analyzeQuery(query).terms);
  const idf = units.map((unit) => {
    const sql = "SELECT count(*) AS count FROM search_index WHERE search_index MATCH ?";
    return rarity(store.get(sql, [matchUnit(unit)], (row) => number(row, "count")) ?? 0, total);
  });
  const candidates = store.all(
    `SELECT ${STORED_COLUMNS} FROM (SELECT rowid AS found, bm25(search_index, 2.0, 1.5, 1.0, 1.0, 0.5, 0.0) AS score
        FROM search_index WHERE search_index MATCH ? ORDER BY score, found DESC LIMIT 200) f
      CROSS JOIN observation o ON o.row = f.found CROSS JOIN author a ON a.author = o.author ORDER BY f.score, f.found DESC`,
    [anyOf(units.map(matchUnit))],
    readStored,
  );
  return rank(candidates, units, idf, now).slice(0, 10).map(({ observation }) => observation.id);
}
