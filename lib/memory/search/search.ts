import { numberOrNone } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";
import type { MemoryContext } from "../context.ts";
import { readStored, STORED_COLUMNS, type StoredObservation } from "../records.ts";
import { browse } from "./browse.ts";
import { type Cursor, formatCursor, parseCursor } from "./cursor.ts";
import { type Condition, visible } from "./filter.ts";
import { keyGroups } from "./keys.ts";
import { anyOf, matchTerms, matchUnit } from "./match.ts";
import { answers, type Question, readQuestion } from "./question.ts";
import { rank } from "./rank.ts";
import type { Hit, SearchPage, SearchRequest, Snippet } from "./request.ts";
import { retrieve } from "./retrieve.ts";
import { snippet } from "./snippet.ts";
import { unitsOf } from "./units.ts";

/** How many candidates are read and put in order; what follows them stays in the order of the index. */
const RANKED = 200;
/** The length of a snippet, in UTF-16 units. */
const SNIPPET = 200;
/** How many records are read at once while candidates are sifted. */
const AT_ONCE = 100;

/** Finds memories. One page of hits, best first; without words the newest first. Bad syntax is read as words. */
export function searchMemories(context: MemoryContext, request: SearchRequest): SearchPage {
  const cursor = request.cursor === undefined ? firstPage(context) : parseCursor(request.cursor);
  const question = readQuestion(request.query, request.filters, cursor.now);
  const condition = visible(context.settings, question.filters, cursor.now, request.includeSuperseded);
  const browses = question.asked.terms.length === 0;
  const found = browses
    ? browsed(context.store, question, condition, cursor, request.limit + 1)
    : ranked(context.store, question, condition, cursor, request);
  const page = found.slice(0, request.limit);
  const last = page.at(-1);
  const more = found.length > request.limit && last !== undefined;
  const next: Cursor | undefined = !more
    ? undefined
    : browses
    ? { ...cursor, last: [last.observation.createdAt, last.row] }
    : { ...cursor, offset: cursor.offset + page.length };
  return {
    hits: page.map((stored): Hit => ({ stored, snippet: browses ? undefined : snippetOf(stored, question) })),
    cursor: next === undefined ? undefined : formatCursor(next),
    notices: [],
  };
}

function firstPage({ store, clock }: MemoryContext): Cursor {
  const newestRow = store.get("SELECT max(row) AS row FROM observation", [], (row) => numberOrNone(row, "row"));
  return { now: clock(), newestRow: newestRow ?? 0, offset: 0, last: undefined };
}

function browsed(
  store: Store,
  question: Question,
  condition: Condition,
  cursor: Cursor,
  count: number,
): StoredObservation[] {
  const page: StoredObservation[] = [];
  for (const stored of browse(store, condition, question.filters, cursor)) {
    if (!answers(stored.observation, question)) continue;
    if (page.push(stored) === count) break;
  }
  return page;
}

function ranked(
  store: Store,
  question: Question,
  condition: Condition,
  { now, newestRow, offset }: Cursor,
  { mode, limit }: SearchRequest,
): StoredObservation[] {
  const { asked, required, filters } = question;
  const units = unitsOf(asked.terms);
  const restriction = [
    ...filters.flatMap(keyGroups).map((keys) => anyOf(keys.map((token) => matchUnit({ token, prefix: false })))),
    ...(required.terms.length > 0 ? [matchTerms(required.terms)] : []),
    ...(mode === "and" ? [matchTerms(asked.terms)] : []),
  ];
  const wanted = offset + limit + 1;
  const { rows, idf } = retrieve(store, units, restriction, newestRow, 1000 + 2 * wanted);
  const candidates = sift(store, rows, condition, question, Math.max(RANKED, wanted));
  const best = rank(candidates.slice(0, RANKED), units, idf, now);
  return [...best, ...candidates.slice(RANKED)].slice(offset, wanted);
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
