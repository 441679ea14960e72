import { messageOf } from "./errors.ts";
import { isObject, type JsonObject } from "./json.ts";
import { parse, stringify } from "./yaml.ts";

/** A text with what is known about it before it, as Markdown files have: YAML between two lines of `---`. */
export interface FrontMatter {
  readonly head: JsonObject;
  readonly body: string;
}

// What follows the second line belongs to the text, an empty line included: a text may begin with one.
const FORM = /^---[ \t]*\r?\n(?:([^]*?)\r?\n)?---[ \t]*(?:\r?\n([^]*))?$/;

/** Writes a text with its head, and a line end at its end, which editors would add. Undefined members are left out. */
export function formatFrontMatter(head: Readonly<Record<string, unknown>>, body: string): string {
  const said = Object.fromEntries(Object.entries(head).filter(([, value]) => value !== undefined));
  return `---\n${stringify(said, { lineWidth: 0, aliasDuplicateObjects: false })}---\n${body}\n`;
}

/**
 * Reads a text with a head; one without has an empty one. Only the last line end is not part of the text. Throws an Error
 * that says what is wrong with the head.
 */
export function parseFrontMatter(text: string): FrontMatter {
  const found = FORM.exec(text.replace(/^\uFEFF/, ""));
  const body = (whole: string) => whole.replace(/\r?\n$/, "");
  if (found === null) return { head: {}, body: body(text) };
  const head = parseHead(found[1] ?? "");
  return { head, body: body(found[2] ?? "") };
}

function parseHead(text: string): JsonObject {
  let head: unknown;
  try {
    head = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw new Error(`it is not YAML (${messageOf(error)})`, { cause: error });
  }
  if (head === null) return {};
  if (isObject(head)) return head;
  throw new Error("it is not a list of names and values");
}
