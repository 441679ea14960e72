import type { Audience, Snapshot } from "./config_file.ts";
import { at, type Document, isEmpty, type Path } from "./document.ts";
import type { Deed } from "./journal.ts";
import { changed } from "./open_document.ts";

/** A change of one file, not made yet. */
export interface Change {
  readonly deed: Deed | "rollback";
  /** The client's name on the command line, and what the change does, in words. */
  readonly client: string;
  readonly what: string;
  readonly file: Snapshot;
  /** What the file will hold; undefined: it is removed. */
  readonly after: string | undefined;
  readonly audience: Audience;
}

/** What a file said before we came, as far as it is known. */
export interface Before {
  readonly known: boolean;
  readonly value: unknown;
}

/**
 * Takes away a member or item, and the objects and lists around it that are empty then and were not there before we came.
 */
export function withoutTrace(path: string, document: Document, way: Path, before: Before): Document {
  let after = changed(path, document, way, undefined);
  for (let depth = way.length - 1; depth > 0 && before.known; depth--) {
    const outer = way.slice(0, depth);
    if (!isEmpty(at(after.value, outer)) || at(before.value, outer) !== undefined) break;
    after = changed(path, after, outer, undefined);
  }
  return after;
}
