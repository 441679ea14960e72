import { createScanner, type Node } from "jsonc-parser";
import { lineEnd } from "./edits.ts";

// The scanner's kinds of tokens; the package declares them in a way that cannot be imported.
const COMMA = 5;
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const LINE_BREAK = 14;
const BLANKS = 15;

/** How a JSON text is laid out, so that what is added looks like what is there. */
export interface Layout {
  readonly lineEnd: string;
  /** One step of indentation: a tab or blanks. */
  readonly step: string;
  /** Whether all of it stands on one line. */
  readonly oneLine: boolean;
  /** Between a name and its value, and between members on one line. */
  readonly blank: string;
}

/** Looks at a text and its tree. */
export function layoutOf(text: string, root: Node | undefined): Layout {
  const oneLine = root !== undefined && (root.children?.length ?? 0) > 0 &&
    !text.slice(root.offset, root.offset + root.length).includes("\n");
  return {
    lineEnd: lineEnd(text),
    step: /\n(\t| +)(?=["}\]{[/])/.exec(text)?.[1] ?? "  ",
    oneLine,
    blank: /"\s*:(?=[^\s])/.test(text) && !/"\s*: /.test(text) ? "" : " ",
  };
}

/**
 * A value as JSON text whose first line continues a line that is indented by `indent`; objects get a line a member, lists of
 * plain values one line.
 */
export function writeValue(value: unknown, layout: Layout, indent: string, oneLine: boolean): string {
  if (oneLine || isFlat(value)) return writeOneLine(value, layout.blank);
  const inner = indent + layout.step;
  const write = (item: unknown) => writeValue(item, layout, inner, false);
  const [open, close, lines] = Array.isArray(value) ? ["[", "]", value.map(write)] as const : [
    "{",
    "}",
    Object.entries(Object(value)).map(([name, member]) => `${JSON.stringify(name)}: ${write(member)}`),
  ] as const;
  const end = layout.lineEnd;
  return `${open}${end}${inner}${lines.join(`,${end}${inner}`)}${end}${indent}${close}`;
}

// Plain values, short lists of them and empty objects stay on one line.
function isFlat(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Array.isArray(value)
    ? value.every((item) => typeof item !== "object")
    : Object.keys(value).length === 0;
}

function writeOneLine(value: unknown, blank: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => writeOneLine(item, blank)).join(`,${blank}`)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) =>
    `${JSON.stringify(name)}:${blank}${writeOneLine(member, blank)}`
  );
  return `{${members.join(`,${blank}`)}}`;
}

/** The blanks at the beginning of the line on which an offset lies. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** What follows a value in its object or list. */
export interface Following {
  /** Where its comma is, if it has one. */
  readonly comma: number | undefined;
  /** Where the rest of its line ends: after its comma and the comments beside it, before the line's end. */
  readonly lineRest: number;
  /** Whether a comment stands beside it. */
  readonly comment: boolean;
}

/** Looks at what follows an offset at which a value ends, up to the next value, a brace or a bracket. */
export function following(text: string, offset: number): Following {
  const scanner = createScanner(text);
  scanner.setPosition(offset);
  let comma: number | undefined;
  let lineRest = offset;
  let comment = false;
  let beside = true;
  for (;;) {
    const token: number = scanner.scan();
    const end = scanner.getTokenOffset() + scanner.getTokenLength();
    if (token === COMMA && comma === undefined) {
      comma = scanner.getTokenOffset();
      lineRest = end;
      beside = true;
    } else if (token === LINE_COMMENT || token === BLOCK_COMMENT) {
      if (!beside) continue;
      lineRest = end;
      comment = true;
    } else if (token === LINE_BREAK) beside = false;
    else if (token !== BLANKS) return { comma, lineRest, comment };
  }
}

/** Where the last thing before an offset ends that is neither blank nor line end: a comma, a brace or a comment. */
export function trimmedEnd(text: string, offset: number): number {
  let end = offset;
  while (end > 0 && " \t\r\n".includes(text.charAt(end - 1))) end--;
  return end;
}
