import { numberOrNone } from "../../store/row.ts";
import type { MemoryContext } from "../context.ts";
import { readStored, STORED_COLUMNS } from "../records.ts";
import { analyze } from "./analyzer.ts";
import { type Cursor, formatCursor, parseCursor } from "./cursor.ts";
import { visible } from "./filter.ts";
import type { Hit, SearchPage, SearchRequest } from "./request.ts";

/** Finds memories. One page of hits, best first; without words the newest first. Bad syntax is read as words. */
export function searchMemories(context: MemoryContext, request: SearchRequest): SearchPage {
  const cursor = request.cursor === undefined ? firstPage(context) : parseCursor(request.cursor);
  const condition = visible(context.settings, request.filters, cursor.now, request.includeSuperseded);
  const terms = analyze(request.query).words.map((word) => `"${word.replaceAll('"', '""')}"`);
  const ranked = terms.length > 0;
  const hits: Hit[] = context.store.all(
    `SELECT ${STORED_COLUMNS} FROM ${ranked ? "search_index f JOIN observation o ON o.row = f.rowid" : "observation o"}
      JOIN author a ON a.author = o.author
      WHERE ${ranked ? "search_index MATCH ? AND " : ""}${condition.sql} AND o.row <= ?
      ORDER BY ${ranked ? "bm25(search_index), " : ""}o.created_at DESC, o.row DESC LIMIT ? OFFSET ?`,
    [
      ...(ranked ? [terms.join(request.mode === "and" ? " AND " : " OR ")] : []),
      ...condition.values,
      cursor.newestRow,
      request.limit + 1,
      cursor.offset,
    ],
    (row) => ({ stored: readStored(row), snippet: undefined }),
  );
  const page = hits.slice(0, request.limit);
  const more = hits.length > request.limit;
  return {
    hits: page,
    cursor: more ? formatCursor({ ...cursor, offset: cursor.offset + page.length }) : undefined,
    notices: [],
  };
}

function firstPage({ store, clock }: MemoryContext): Cursor {
  const newestRow = store.get("SELECT max(row) AS row FROM observation", [], (row) => numberOrNone(row, "row"));
  return { now: clock(), newestRow: newestRow ?? 0, offset: 0 };
}
