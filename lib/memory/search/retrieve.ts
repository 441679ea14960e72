import { number, text } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";
import { frequency, rarity } from "./frequency.ts";
import { allOf, anyOf, matchUnit } from "./match.ts";
import { COLUMN_WEIGHTS } from "./reading.ts";
import type { RowRange } from "./row_range.ts";
import type { Unit } from "./units.ts";

/** What the index found, before anything stored was read. */
export interface Retrieved {
  /** Rows, the most promising first. */
  readonly rows: readonly number[];
  /** How rare each unit is. */
  readonly idf: readonly number[];
}

/**
 * Up to so many texts bm25() of FTS5 puts in order for several units: it takes 2 µs a text, where listing rows takes
 * 0.06 µs and counting them 0.04 µs (measured at a million records).
 */
const BM25 = 5_000;
/** As many for one common word, since there is nothing else to know the better ones by. */
const BM25_ALONE = 20_000;
/** Rows that the rarest units may bring in. */
const LISTED = 30_000;
/** Rows of common units that are gone through to see which of the candidates have them too. */
const SCANNED = 400_000;
/** What a unit in subject or tags is worth more, here where its place is all that is known of it. */
const TITLE = 0.5;

// The last two columns are parts of identifiers and keys.
const BM25_SCORE = `bm25(search_index, ${
  COLUMN_WEIGHTS.map((weight) => weight.toFixed(1)).join(", ")
}, 0.5, 0.0)`;

interface Measured {
  readonly match: string;
  /** The same in subject or tags. */
  readonly title: string;
  /** Its rarity among all texts, times its weight. */
  readonly worth: number;
  /** How many texts have it and pass the restriction. */
  readonly count: number;
}

/**
 * Finds the candidates for units in the index, among the rows of `range`. `restriction` are FTS5 expressions that each
 * candidate has to match too.
 * The work is bounded however many records there are: while few texts match they are all put in order by bm25, otherwise
 * only the rarest units bring candidates in and common ones add to them.
 */
export function retrieve(
  store: Store,
  units: readonly Unit[],
  restriction: readonly string[],
  newestRow: number,
  range: RowRange,
  most: number,
): Retrieved {
  const counts = units.map((unit) => frequency(store, matchUnit(unit), { oldest: 0, newest: newestRow }));
  const idf = counts.map((count) => rarity(count, newestRow));
  const everything = restriction.length === 0 && range.oldest === 0 && range.newest === newestRow;
  const measured = units.map((unit, index): Measured => {
    const match = allOf([matchUnit(unit), ...restriction]);
    const title = allOf([`{subject tags} : ${matchUnit(unit)}`, ...restriction]);
    const count = everything ? counts[index] ?? 0 : frequency(store, match, range);
    return { match, title, worth: unit.weight * (idf[index] ?? 0), count };
  }).filter(({ count }) => count > 0).sort((a, b) => a.count - b.count);
  if (measured.length === 0) return { rows: [], idf };
  const index = new Index(store, range);
  const everywhere = counts.reduce((sum, count) => sum + count, 0);
  const fits = sum(measured) <= (measured.length > 1 ? BM25 : BM25_ALONE) && everywhere <= SCANNED;
  const rows = fits
    ? index.byBm25(allOf([anyOf(units.map(matchUnit)), ...restriction]), most)
    : (measured[0]?.count ?? 0) <= LISTED && measured.length > 1
    ? byCoverage(index, measured, most)
    : amongNewest(index, measured, most);
  return { rows, idf };
}

// By bm25 as far as the rarest units go, and by the rarity of what else it has: what bm25 gives one occurrence in a text
// of average length.
function byCoverage(index: Index, measured: readonly Measured[], most: number): number[] {
  const scored = rarest(measured, BM25);
  const rare = rarest(measured, LISTED);
  const common = rarest(measured.slice(rare.length), SCANNED);
  const found = scored.length === 0
    ? new Map<number, number>()
    : index.scores(anyOf(scored.map(({ match }) => match)));
  const add = (rows: readonly number[], worth: number): void => {
    for (const row of rows) found.set(row, (found.get(row) ?? 0) + worth);
  };
  for (const { match, title, worth } of rare.slice(scored.length)) {
    add(index.newest(match, LISTED), worth);
    add(index.newest(title, LISTED), worth * TITLE);
  }
  const candidates = anyOf(rare.map(({ match }) => match));
  for (const { match, worth } of common) add(index.newest(allOf([match, candidates]), LISTED), worth);
  return [...found].sort((a, b) => b[1] - a[1] || b[0] - a[0]).slice(0, most).map(([row]) => row);
}

// Nothing is rare: of the texts that have the two rarest units, as many of the newest as can be put in order.
function amongNewest(index: Index, [first, second]: readonly Measured[], most: number): number[] {
  if (first === undefined) return [];
  const both = second === undefined ? first.match : allOf([first.match, second.match]);
  const count = frequency(index.store, both, index.range);
  const { oldest, newest } = index.range;
  const from = count <= BM25_ALONE ? oldest : Math.floor(newest - (newest - oldest) * BM25_ALONE / count);
  const rows = index.byBm25(both, most, from);
  return rows.length >= most
    ? rows
    : [...new Set([...rows, ...index.newest(first.match, most)])].slice(0, most);
}

// The first ones while their texts together are no more than `budget`.
function rarest(measured: readonly Measured[], budget: number): Measured[] {
  let spent = 0;
  const end = measured.findIndex(({ count }) => (spent += count) > budget);
  return measured.slice(0, end < 0 ? measured.length : end);
}

function sum(measured: readonly Measured[]): number {
  return measured.reduce((total, { count }) => total + count, 0);
}

class Index {
  constructor(readonly store: Store, readonly range: RowRange) {}

  /** The rows from `oldest` on that match best. */
  byBm25(match: string, most: number, oldest = this.range.oldest): number[] {
    return this.store.all(
      `SELECT rowid AS row FROM search_index WHERE search_index MATCH ? AND rowid BETWEEN ? AND ?
        ORDER BY ${BM25_SCORE}, rowid DESC LIMIT ?`,
      [match, oldest, this.range.newest, most],
      (row) => number(row, "row"),
    );
  }

  /** The rows that match, with how well by bm25. */
  scores(match: string): Map<number, number> {
    const { oldest, newest } = this.range;
    // With a limit the inner query stays one of its own, as bm25() needs it.
    const found = this.store.get(
      `SELECT json_group_array(row) AS rows, json_group_array(score) AS scores FROM (
        SELECT rowid AS row, -${BM25_SCORE} AS score FROM search_index WHERE search_index MATCH ?
        AND rowid BETWEEN ? AND ? LIMIT ${LISTED})`,
      [match, oldest, newest],
      (row): [number[], number[]] => [JSON.parse(text(row, "rows")), JSON.parse(text(row, "scores"))],
    );
    const [rows, scores] = found ?? [[], []];
    return new Map(rows.map((row, index) => [row, scores[index] ?? 0]));
  }

  /** The newest rows that match. As one JSON text, which is five times as fast as row by row. */
  newest(match: string, most: number): number[] {
    const json = this.store.get(
      `SELECT json_group_array(row) AS rows FROM (
        SELECT rowid AS row FROM search_index WHERE search_index MATCH ? AND rowid BETWEEN ? AND ?
        ORDER BY rowid DESC LIMIT ?)`,
      [match, this.range.oldest, this.range.newest, most],
      (row) => text(row, "rows"),
    );
    return json === undefined ? [] : JSON.parse(json);
  }
}
