import { numberOrNone } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";
import type { MemoryContext } from "../context.ts";
import { readStored, STORED_COLUMNS, type StoredObservation } from "../records.ts";
import { ANALYZER_VERSION } from "./analyzer.ts";
import { browse } from "./browse.ts";
import { type Cursor, formatCursor, parseCursor } from "./cursor.ts";
import { type Condition, visible } from "./filter.ts";
import { isDamage } from "./index.ts";
import { readIndexState } from "./index_state.ts";
import { matchKeys } from "./keys.ts";
import { matchTerms } from "./match.ts";
import { answers, type Question, readQuestion } from "./question.ts";
import { rank } from "./rank.ts";
import { LONGEST_READ } from "./reading.ts";
import type { SearchPage, SearchRequest, Snippet } from "./request.ts";
import { retrieve } from "./retrieve.ts";
import { rowsWithin } from "./row_range.ts";
import { snippet } from "./snippet.ts";
import { findUnindexed, LOOKED_THROUGH } from "./unindexed.ts";
import { unitsOf } from "./units.ts";

/** How many candidates are read and put in order; what follows them stays in the order of the index. */
const RANKED = 200;
/** How much of them is read together, in UTF-16 units: 100 ms. Most memories are a hundredth of what each may have. */
const MOST_READ = 1_000_000;
/** The length of a snippet, in UTF-16 units. */
const SNIPPET = 200;
/** How many records are read at once while candidates are sifted. */
const AT_ONCE = 100;

const DAMAGED =
  `The search index is damaged, so only the newest ${LOOKED_THROUGH} memories were looked through. ` +
  "Run `kioku-mesh reindex` to make it anew.";
const OUTDATED =
  "The search index was made by another version of this program, so some words may not find what they should. " +
  "Run `kioku-mesh reindex` to make it anew.";

/** Finds memories. One page of hits, best first; without words the newest first. Bad syntax is read as words. */
export function searchMemories(context: MemoryContext, request: SearchRequest): SearchPage {
  const cursor = request.cursor === undefined ? firstPage(context) : parseCursor(request.cursor);
  const question = readQuestion(request.query, request.filters, cursor.now);
  const condition = visible(context.settings, question.filters, cursor.now, request.includeSuperseded);
  const search: Search = { store: context.store, question, condition, cursor, request };
  if (question.asked.terms.length === 0) return browsed(search);
  const { damaged, analyzer } = readIndexState(context.store);
  if (damaged) return page(search, withoutIndex(search), [DAMAGED]);
  try {
    const notices = analyzer === undefined || analyzer === ANALYZER_VERSION ? [] : [OUTDATED];
    return page(search, withIndex(search), notices);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return page(search, withoutIndex(search), [DAMAGED]);
  }
}

interface Search {
  readonly store: Store;
  readonly question: Question;
  readonly condition: Condition;
  readonly cursor: Cursor;
  readonly request: SearchRequest;
}

function firstPage({ store, clock }: MemoryContext): Cursor {
  const newestRow = store.get(
    "SELECT max(row) AS row FROM observation",
    [],
    (row) => numberOrNone(row, "row"),
  );
  return { now: clock(), newestRow: newestRow ?? 0, offset: 0, last: undefined };
}

function browsed({ store, question, condition, cursor, request }: Search): SearchPage {
  const found: StoredObservation[] = [];
  for (const stored of browse(store, condition, question.filters, cursor)) {
    if (answers(stored.observation, question) && found.push(stored) > request.limit) break;
  }
  const hits = found.slice(0, request.limit);
  const last = hits.at(-1);
  const more = found.length > request.limit && last !== undefined;
  return {
    hits: hits.map((stored) => ({ stored, snippet: undefined })),
    cursor: more ? formatCursor({ ...cursor, last: [last.observation.createdAt, last.row] }) : undefined,
    notices: [],
  };
}

function page(
  { question, cursor, request }: Search,
  found: readonly StoredObservation[],
  notices: string[],
): SearchPage {
  const end = cursor.offset + request.limit;
  return {
    hits: found.slice(cursor.offset, end).map((stored) => ({ stored, snippet: snippetOf(stored, question) })),
    cursor: found.length > end ? formatCursor({ ...cursor, offset: end }) : undefined,
    notices,
  };
}

function withIndex(search: Search): StoredObservation[] {
  const { mode } = search.request;
  if (mode !== "and_or") return searchIndex(search, mode === "and");
  const all = searchIndex(search, true);
  const known = new Set(all.map(({ row }) => row));
  return [...all, ...searchIndex(search, false).filter(({ row }) => !known.has(row))];
}

function searchIndex(
  { store, question, condition, cursor, request }: Search,
  every: boolean,
): StoredObservation[] {
  const { asked, required, filters } = question;
  const units = unitsOf(asked.terms);
  const restriction = [
    ...filters.flatMap(matchKeys),
    ...(required.terms.length > 0 ? [matchTerms(required.terms)] : []),
    ...(every ? [matchTerms(asked.terms)] : []),
  ];
  const range = rowsWithin(store, filters, cursor.newestRow);
  const wanted = cursor.offset + request.limit + 1;
  const { rows, idf } = retrieve(store, units, restriction, cursor.newestRow, range, 1000 + 2 * wanted);
  const candidates = sift(store, rows, condition, question, Math.max(RANKED, wanted));
  const end = readable(candidates);
  return [...rank(candidates.slice(0, end), units, idf, cursor.now), ...candidates.slice(end)];
}

// How many of the candidates can be read.
function readable(candidates: readonly StoredObservation[]): number {
  let length = 0;
  const end = candidates.findIndex(({ observation }, index) => {
    length += Math.min(observation.payload.length, LONGEST_READ);
    return index === RANKED || length > MOST_READ;
  });
  return end < 0 ? candidates.length : end;
}

function withoutIndex({ store, question, condition, cursor, request }: Search): StoredObservation[] {
  return findUnindexed(browse(store, condition, [], cursor), question, request.mode === "and", cursor.now);
}

// The first of the rows that may be shown, in their order.
function sift(
  store: Store,
  rows: readonly number[],
  condition: Condition,
  question: Question,
  most: number,
): StoredObservation[] {
  const kept: StoredObservation[] = [];
  for (let at = 0; at < rows.length && kept.length < most; at += AT_ONCE) {
    const some = rows.slice(at, at + AT_ONCE);
    const read = store.all(
      `SELECT ${STORED_COLUMNS} FROM json_each(?) r CROSS JOIN observation o ON o.row = r.value
        CROSS JOIN author a ON a.author = o.author WHERE ${condition.sql} ORDER BY r.key`,
      [JSON.stringify(some), ...condition.values],
      readStored,
    );
    kept.push(...read.filter(({ observation }) => answers(observation, question)));
  }
  return kept.slice(0, most);
}

function snippetOf({ observation }: StoredObservation, { asked }: Question): Snippet {
  const { content, summary, subject } = observation;
  for (const text of [content, summary, subject]) {
    const cut = snippet(text, asked, SNIPPET);
    if (cut.matches.length > 0) return cut;
  }
  return snippet(content, asked, SNIPPET);
}
