import { type AST, getStaticTOMLValue, ParseError, parseTOML } from "toml-eslint-parser";
import { NotReadable } from "./document.ts";

/** A key with its value, and the whole way to it through tables and dots. */
export interface Entry {
  readonly way: readonly string[];
  readonly node: AST.TOMLKeyValue;
}

/** A table with a header of its own. */
export interface Table {
  readonly way: readonly (string | number)[];
  readonly node: AST.TOMLTable;
}

/** A parsed text. */
export interface Parsed {
  readonly value: unknown;
  readonly tables: readonly Table[];
  /** The keys that stand outside of inline tables, in the order of the text. */
  readonly entries: readonly Entry[];
}

/** Parses TOML 1.1, which holds TOML 1.0. Throws NotReadable; a key that is defined twice counts as wrong too. */
export function parseToml(text: string): Parsed {
  try {
    const program = parseTOML(text, { tomlVersion: "1.1" });
    const [top] = program.body;
    const tables: Table[] = [];
    const entries: Entry[] = [];
    for (const node of top.body) {
      if (node.type === "TOMLKeyValue") entries.push({ way: names(node.key), node });
      else {
        tables.push({ way: node.resolvedKey, node });
        const prefix = node.resolvedKey.map(String);
        for (const inner of node.body) entries.push({ way: [...prefix, ...names(inner.key)], node: inner });
      }
    }
    return { value: getStaticTOMLValue(program), tables, entries };
  } catch (error) {
    if (error instanceof ParseError) throw new NotReadable(error.lineNumber, lowerFirst(error.message));
    if (error instanceof RangeError) throw new NotReadable(1, "it is nested too deeply");
    throw error;
  }
}

/** The keys of an inline table. */
export function inlineEntries(table: AST.TOMLInlineTable): Entry[] {
  return table.body.map((node) => ({ way: names(node.key), node }));
}

/** The names that a key is made of. */
export function names(key: AST.TOMLKey): string[] {
  return key.keys.map((part) => part.type === "TOMLBare" ? part.name : part.value);
}

/** A name as TOML writes it. */
export function writeKey(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : writeText(name);
}

/** A value as TOML on one line: texts, numbers, yes or no, lists, and objects as inline tables. */
export function writeToml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeToml).join(", ")}]`;
  if (typeof value === "string") return writeText(value);
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${writeKey(name)} = ${writeToml(member)}`);
    return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  }
  return String(value);
}

// JSON's escapes are TOML's; a delete character must be escaped there.
function writeText(text: string): string {
  return JSON.stringify(text).replaceAll("\x7f", "\\u007f");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}
