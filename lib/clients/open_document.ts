import { Failure } from "../core/errors.ts";
import type { Snapshot } from "./config_file.ts";
import {
  at,
  type Document,
  isEmpty,
  NotChangeable,
  NotReadable,
  type Path,
  same,
  type Syntax,
  withValue,
} from "./document.ts";
import { jsonDocument } from "./json_document.ts";
import { tomlDocument } from "./toml_document.ts";

const MARK = "\uFEFF";

/** Reads a file as its language. Throws a Failure that names the line of what is wrong. */
export function openDocument({ path, text = "" }: Snapshot, syntax: Syntax): Document {
  return reading(path, () => {
    const bare = text.startsWith(MARK) ? text.slice(MARK.length) : text;
    return syntax === "toml" ? tomlDocument(bare) : jsonDocument(bare, syntax === "json");
  });
}

/** The text of a changed document for the file that it was read from. */
export function textFor({ text }: Snapshot, document: Document): string {
  return (text?.startsWith(MARK) ? MARK : "") + document.text;
}

/**
 * Sets, or with undefined takes away, what is at the end of a way, and makes sure that the text then says that and nothing
 * else. `change` makes the edit where setting the whole value would touch more than it must.
 */
export function changed(
  path: string,
  document: Document,
  way: Path,
  value: unknown,
  change: (document: Document) => Document = (before) =>
    value === undefined ? before.remove(way) : before.set(way, value),
): Document {
  const after = reading(path, () => change(document));
  const expected = withValue(document.value, way, value);
  if (same(after.value, expected)) return after;
  // In TOML a table that holds nothing is not there.
  if (value === undefined && same(after.value, withoutEmpty(expected, way.slice(0, -1)))) return after;
  throw new Failure(
    `Cannot change ${path}: its form is one that we cannot change safely. Change ${way.join(".")} by hand.`,
  );
}

function withoutEmpty(value: unknown, way: Path): unknown {
  if (way.length === 0 || !isEmpty(at(value, way))) return value;
  return withoutEmpty(withValue(value, way, undefined), way.slice(0, -1));
}

function reading(path: string, make: () => Document): Document {
  try {
    return make();
  } catch (error) {
    if (error instanceof NotReadable) {
      throw new Failure(`Cannot use ${path}: line ${error.line}: ${error.message}. Correct the file.`);
    }
    if (error instanceof NotChangeable) {
      throw new Failure(`Cannot change ${path}: ${error.message}. Correct the file.`);
    }
    throw error;
  }
}
