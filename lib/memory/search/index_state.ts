import { writeMeta } from "../../store/meta.ts";
import { text } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";
import { ANALYZER_VERSION } from "./analyzer.ts";

/** The fact that the search index could not be written or read and has to be made anew. */
export const INDEX_DAMAGED = "index_damaged";

const ANALYZER = "index_analyzer";
const REBUILD = "index_rebuild";

/** What is known of the search index besides what it holds. */
export interface IndexState {
  /** It cannot be relied on, and nothing is written to it. */
  readonly damaged: boolean;
  /** The version of the analyzer that it was made with; undefined while it is empty. */
  readonly analyzer: number | undefined;
  /** The last row that an index being made anew holds; undefined when none is being made. */
  readonly rebuiltTo: number | undefined;
}

/** Reads the state of the index. */
export function readIndexState(store: Store): IndexState {
  const facts = new Map(store.all(
    `SELECT name, value FROM meta WHERE name IN ('${INDEX_DAMAGED}', '${ANALYZER}', '${REBUILD}')`,
    [],
    (row) => [text(row, "name"), text(row, "value")] as const,
  ));
  const analyzer = facts.get(ANALYZER);
  const [version, row] = (facts.get(REBUILD) ?? "").split(" ").map(Number);
  return {
    damaged: facts.has(INDEX_DAMAGED),
    analyzer: analyzer === undefined ? undefined : Number(analyzer),
    rebuiltTo: version === ANALYZER_VERSION ? row : undefined,
  };
}

/** Notes that the index cannot be relied on. */
export function noteDamage(store: Store): void {
  writeMeta(store, INDEX_DAMAGED, "yes");
}

/** Notes that the index was made with today's analyzer, and is sound. */
export function noteSound(store: Store): void {
  writeMeta(store, INDEX_DAMAGED, undefined);
  writeMeta(store, ANALYZER, String(ANALYZER_VERSION));
}

/** Notes how far the index that is being made anew has come; undefined when none is being made. */
export function noteRebuilt(store: Store, row: number | undefined): void {
  writeMeta(store, REBUILD, row === undefined ? undefined : `${ANALYZER_VERSION} ${row}`);
}
