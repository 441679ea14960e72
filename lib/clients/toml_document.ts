import type { AST } from "toml-eslint-parser";
import { isObject } from "../core/json.ts";
import { at, type Document, NotChangeable, type Path, same } from "./document.ts";
import { applyEdits, type Edit, lineEnd, lineStart, nextLine } from "./edits.ts";
import {
  type Entry,
  inlineEntries,
  names,
  type Parsed,
  parseToml,
  writeKey,
  writeToml,
} from "./toml_parse.ts";

/** Reads a TOML text. Throws NotReadable. Lists cannot be added to: no client needs that. */
export function tomlDocument(text: string): Document {
  return new TomlDocument(text);
}

class TomlDocument implements Document {
  readonly text: string;
  readonly value: unknown;
  readonly #parsed: Parsed;

  constructor(text: string) {
    this.text = text;
    this.#parsed = parseToml(text);
    this.value = this.#parsed.value;
  }

  set(path: Path, value: unknown): Document {
    const way = path.map(String);
    if (same(at(this.value, way), value)) return this;
    const found = this.#find(way);
    if (found !== undefined) {
      const [start, end] = found.node.value.range;
      return this.#with([{ start, end, text: writeToml(value) }]);
    }
    if (at(this.value, way) !== undefined) {
      throw new NotChangeable(`${way.join(".")} is spread over the file`);
    }
    return this.#with([this.#insertion(way, value)]);
  }

  append(path: Path, _item: unknown): Document {
    throw new NotChangeable(`${path.join(".")} is a list of TOML`);
  }

  remove(path: Path): Document {
    const way = path.map(String);
    const lines = this.#parsed.tables.filter((table) => begins(table.way.map(String), way))
      .map(({ node }) => this.#lines(node));
    const edits: Edit[] = [];
    for (const { way: here, node } of this.#parsed.entries) {
      const inTable = this.#parsed.tables.some((table) =>
        table.node === node.parent && begins(table.way.map(String), way)
      );
      if (inTable) continue;
      if (begins(here, way)) lines.push(this.#lines(node));
      else if (begins(way, here)) edits.push(...this.#fromInline(node.value, way.slice(here.length)));
    }
    edits.push(...this.#merged(lines));
    return edits.length === 0 ? this : this.#with(edits);
  }

  rename(path: Path, name: string): Document {
    const key = this.#find(path.map(String))?.node.key.keys.at(-1);
    if (key === undefined) throw new NotChangeable(`${path.join(".")} is not there`);
    const [start, end] = key.range;
    return this.#with([{ start, end, text: writeKey(name) }]);
  }

  #with(edits: readonly Edit[]): Document {
    return new TomlDocument(applyEdits(this.text, edits));
  }

  // The key that defines exactly this way, in an inline table too.
  #find(way: readonly string[]): Entry | undefined {
    let entries: readonly Entry[] = this.#parsed.entries;
    let left = way;
    for (;;) {
      const exact = entries.find((entry) => entry.way.length === left.length && begins(entry.way, left));
      if (exact !== undefined) return exact;
      const holder = entries.find((entry) => begins(left, entry.way));
      if (holder?.node.value.type !== "TOMLInlineTable") return undefined;
      left = left.slice(holder.way.length);
      entries = inlineEntries(holder.node.value);
    }
  }

  #insertion(way: readonly string[], value: unknown): Edit {
    const end = lineEnd(this.text);
    for (let depth = way.length - 1; depth > 0; depth--) {
      const owner = way.slice(0, depth);
      const rest = way.slice(depth);
      const holder = this.#find(owner);
      if (holder !== undefined) {
        return intoInline(this.text, holder.node.value, `${key(rest)} = ${writeToml(value)}`, owner);
      }
      const table = this.#parsed.tables.find((one) =>
        one.way.length === depth && begins(one.way.map(String), owner)
      );
      const dotted = this.#parsed.entries.findLast((entry) => begins(entry.way, owner));
      // A server gets a table of its own, what belongs to a server stands with it.
      if (depth === 1 || (table === undefined && dotted === undefined)) continue;
      if (table !== undefined) return this.#after(table.node, `${key(rest)} = ${writeToml(value)}${end}`);
      if (dotted !== undefined) {
        const hidden = dotted.way.length - names(dotted.node.key).length;
        return this.#after(dotted.node, `${key(way.slice(hidden))} = ${writeToml(value)}${end}`);
      }
    }
    const block = tables(way, value, end);
    const [before, after] = this.text === ""
      ? ["", ""]
      : this.text.endsWith("\n")
      ? [end, ""]
      : [end + end, end];
    const at = this.text.length;
    return { start: at, end: at, text: before + block.slice(0, block.length - after.length) };
  }

  // On the line after a key, or after the last key of a table.
  #after(node: AST.TOMLTable | AST.TOMLKeyValue, line: string): Edit {
    const last = node.type === "TOMLTable" ? node.body.at(-1) ?? node.key : node;
    const at = nextLine(this.text, last.range[1]);
    if (at === this.text.length && !this.text.endsWith("\n")) {
      const end = lineEnd(this.text);
      return { start: at, end: at, text: end + line.slice(0, line.length - end.length) };
    }
    return { start: at, end: at, text: line };
  }

  // Whole lines, with the blank line before a table.
  #lines(node: AST.TOMLTable | AST.TOMLKeyValue): Lines {
    const first = lineStart(this.text, node.range[0]);
    const last = node.type === "TOMLTable" ? node.body.at(-1) ?? node : node;
    const blankBefore = node.type === "TOMLTable" && /(?:^|\n)\r?\n$/.test(this.text.slice(0, first));
    return {
      start: blankBefore ? lineStart(this.text, first - 1) : first,
      end: nextLine(this.text, last.range[1]),
    };
  }

  // Neighbours as one. At the end of a file whose last line has no end, the line before loses its own.
  #merged(lines: readonly Lines[]): Edit[] {
    const merged: Lines[] = [];
    for (const one of lines.toSorted((a, b) => a.start - b.start)) {
      const before = merged.at(-1);
      if (before === undefined || before.end < one.start) merged.push({ ...one });
      else before.end = Math.max(before.end, one.end);
    }
    return merged.map(({ start, end }) => {
      const bare = end === this.text.length && !this.text.endsWith("\n");
      const lineEnd = bare ? /\r?\n$/.exec(this.text.slice(0, start))?.[0].length ?? 0 : 0;
      return { start: start - lineEnd, end, text: "" };
    });
  }

  #fromInline(value: AST.TOMLContentNode, way: readonly string[]): Edit[] {
    if (value.type !== "TOMLInlineTable") return [];
    const entries = inlineEntries(value);
    const edits: Edit[] = [];
    for (const [index, { way: here, node }] of entries.entries()) {
      if (!begins(here, way)) {
        if (begins(way, here)) edits.push(...this.#fromInline(node.value, way.slice(here.length)));
        continue;
      }
      const before = entries[index - 1]?.node;
      const next = entries[index + 1]?.node;
      if (before !== undefined) edits.push({ start: before.range[1], end: node.range[1], text: "" });
      else if (next !== undefined) edits.push({ start: node.range[0], end: next.range[0], text: "" });
      else edits.push({ start: value.range[0] + 1, end: value.range[1] - 1, text: "" });
    }
    return edits;
  }
}

/** Whole lines of the text, from the start of the first to the end of the last. */
interface Lines {
  start: number;
  end: number;
}

function begins(way: readonly string[], start: readonly string[]): boolean {
  return start.length <= way.length && start.every((name, index) => way[index] === name);
}

function key(way: readonly string[]): string {
  return way.map(writeKey).join(".");
}

// An object as a table of its own; the objects in it as further tables, as most people write them.
function tables(way: readonly string[], value: unknown, end: string): string {
  if (!isObject(value)) {
    return `[${key(way.slice(0, -1))}]${end}${key(way.slice(-1))} = ${writeToml(value)}${end}`;
  }
  const members = Object.entries(value);
  const plain = members.filter(([, member]) => !isObject(member));
  const inner = members.filter(([, member]) => isObject(member));
  const lines = plain.map(([name, member]) => `${writeKey(name)} = ${writeToml(member)}${end}`);
  const blocks = inner.map(([name, member]) => end + tables([...way, name], member, end));
  return `[${key(way)}]${end}${lines.join("")}${blocks.join("")}`;
}

function intoInline(
  text: string,
  value: AST.TOMLContentNode,
  member: string,
  owner: readonly string[],
): Edit {
  if (value.type !== "TOMLInlineTable") throw new NotChangeable(`${owner.join(".")} is no table`);
  const last = value.body.at(-1);
  if (last === undefined) {
    return { start: value.range[0], end: value.range[1], text: `{ ${member} }` };
  }
  const at = last.range[1];
  const trailing = /^\s*,/.exec(text.slice(at))?.[0];
  if (trailing === undefined) return { start: at, end: at, text: `, ${member}` };
  return { start: at + trailing.length, end: at + trailing.length, text: ` ${member},` };
}
