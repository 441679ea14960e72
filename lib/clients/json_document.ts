import type { Node } from "jsonc-parser";
import { type Document, NotChangeable, type Path, same } from "./document.ts";
import { applyEdits, type Edit } from "./edits.ts";
import { following, indentAt, type Layout, layoutOf, trimmedEnd, writeValue } from "./json_layout.ts";
import { parseJson } from "./json_parse.ts";

/** Reads a JSON text, strictly or with comments and trailing commas. Throws NotReadable. */
export function jsonDocument(text: string, strict: boolean): Document {
  return new JsonDocument(text, strict);
}

class JsonDocument implements Document {
  readonly text: string;
  readonly value: unknown;
  readonly #strict: boolean;
  readonly #root: Node | undefined;
  readonly #layout: Layout;

  constructor(text: string, strict: boolean) {
    this.text = text;
    this.#strict = strict;
    this.#root = parseJson(text, strict);
    this.value = this.#root === undefined ? undefined : valueOf(this.#root);
    this.#layout = layoutOf(text, this.#root);
  }

  set(path: Path, value: unknown): Document {
    if (this.#root === undefined) return this.#with([this.#first(nested(path, value))]);
    let node = this.#root;
    for (const [index, step] of path.entries()) {
      const next = childOf(node, step);
      if (next !== undefined) {
        node = next;
        continue;
      }
      if (node.type !== "object" || typeof step !== "string") throw notChangeable(path.slice(0, index));
      return this.#with(this.#insertion(node, step, nested(path.slice(index + 1), value)));
    }
    if (same(valueOf(node), value)) return this;
    const indent = indentAt(this.text, node.offset);
    const written = writeValue(value, this.#layout, indent, this.#layout.oneLine);
    return this.#with([{ start: node.offset, end: node.offset + node.length, text: written }]);
  }

  append(path: Path, item: unknown): Document {
    const list = this.#find(path);
    if (list === undefined) return this.set(path, [item]);
    if (list.type !== "array") throw notChangeable(path);
    return this.#with(this.#insertion(list, undefined, item));
  }

  remove(path: Path): Document {
    const node = this.#find(path);
    if (node === undefined) return this;
    const owner = path.length === 0 ? undefined : this.#find(path.slice(0, -1));
    if (owner === undefined) throw notChangeable(path);
    return this.#with(this.#removal(owner, node.parent?.type === "property" ? node.parent : node));
  }

  rename(path: Path, name: string): Document {
    const key = this.#find(path)?.parent?.children?.[0];
    if (key?.type !== "string" || key.parent?.type !== "property") throw notChangeable(path);
    return this.#with([{ start: key.offset, end: key.offset + key.length, text: JSON.stringify(name) }]);
  }

  #with(edits: readonly Edit[]): Document {
    return new JsonDocument(applyEdits(this.text, edits), this.#strict);
  }

  #find(path: Path): Node | undefined {
    let node = this.#root;
    for (const step of path) node = node === undefined ? undefined : childOf(node, step);
    return node;
  }

  // A text without any value, which may hold comments, gets its first.
  #first(value: unknown): Edit {
    const { lineEnd } = this.#layout;
    const written = writeValue(value, this.#layout, "", false);
    const end = this.text.length;
    const before = this.text === "" || this.text.endsWith("\n") ? "" : lineEnd;
    return { start: end, end, text: `${before}${written}${lineEnd}` };
  }

  // Members are given with their name, items of a list without.
  #insertion(owner: Node, name: string | undefined, value: unknown): Edit[] {
    const { lineEnd, step, oneLine, blank } = this.#layout;
    const write = (indent: string, flat: boolean) => {
      const written = writeValue(value, this.#layout, indent, flat);
      return name === undefined ? written : `${JSON.stringify(name)}:${blank}${written}`;
    };
    const close = owner.offset + owner.length - 1;
    const [first, ...others] = owner.children ?? [];
    const last = others.at(-1) ?? first;
    if (first === undefined || last === undefined) {
      const start = trimmedEnd(this.text, close);
      if (oneLine && start === owner.offset + 1) {
        return [{ start, end: close, text: write("", true) }];
      }
      const outer = indentAt(this.text, owner.offset);
      const indent = outer + step;
      return [{
        start,
        end: close,
        text: `${lineEnd}${indent}${write(indent, false)}${lineEnd}${outer}`,
      }];
    }
    const end = last.offset + last.length;
    const { comma, lineRest } = following(this.text, end);
    if (!this.text.slice(owner.offset, first.offset).includes("\n")) {
      const written = write(indentAt(this.text, owner.offset), true);
      if (comma === undefined) return [{ start: end, end, text: `,${blank}${written}` }];
      return [{ start: comma + 1, end: comma + 1, text: `${blank}${written},` }];
    }
    const indent = indentAt(this.text, first.offset);
    const written = `${lineEnd}${indent}${write(indent, false)}`;
    return [
      ...(comma === undefined ? [{ start: end, end, text: "," }] : []),
      { start: lineRest, end: lineRest, text: comma === undefined ? written : `${written},` },
    ];
  }

  #removal(owner: Node, gone: Node): Edit[] {
    const members = owner.children ?? [];
    const end = gone.offset + gone.length;
    const { comma } = following(this.text, end);
    const inside = owner.offset + 1;
    const close = owner.offset + owner.length - 1;
    const pieces = [
      this.text.slice(inside, gone.offset),
      this.text.slice(end, comma ?? close),
      this.text.slice((comma ?? close - 1) + 1, close),
    ];
    if (pieces.every((piece) => piece.trim() === "")) return [{ start: inside, end: close, text: "" }];
    const edits: Edit[] = [];
    const previous = members[members.indexOf(gone) - 1];
    const spare = comma ??
      (previous === undefined ? undefined : following(this.text, previous.offset + previous.length).comma);
    if (spare !== undefined) edits.push({ start: spare, end: spare + 1, text: "" });
    const blanks = trimmedEnd(this.text, gone.offset);
    const ownLine = this.text.slice(blanks, gone.offset).includes("\n");
    const after = comma === undefined ? end : comma + 1;
    const [rest = ""] = /^[ \t]*/.exec(this.text.slice(after)) ?? [];
    const endsLine = /^\r?\n/.test(this.text.slice(after + rest.length));
    if (ownLine && endsLine) edits.push({ start: blanks, end, text: "" });
    else if (previous === undefined && comma !== undefined) {
      edits.push({ start: gone.offset, end, text: "" }, { start: after, end: after + rest.length, text: "" });
    } else edits.push({ start: ownLine ? gone.offset : blanks, end, text: "" });
    return edits;
  }
}

// By hand: the package's own way follows `__proto__`.
function valueOf(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(valueOf);
  if (node.type !== "object") return node.value;
  return Object.fromEntries(
    (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
      key === undefined || value === undefined ? [] : [[String(key.value), valueOf(value)]]
    ),
  );
}

function childOf(node: Node, step: string | number): Node | undefined {
  if (typeof step === "number") return node.type === "array" ? node.children?.[step] : undefined;
  if (node.type !== "object") return undefined;
  return node.children?.find(({ children }) => children?.[0]?.value === step)?.children?.[1];
}

function nested([step, ...rest]: Path, value: unknown): unknown {
  return step === undefined ? value : { [step]: nested(rest, value) };
}

function notChangeable(path: Path): NotChangeable {
  return new NotChangeable(
    path.length === 0 ? "it holds no object" : `${path.join(".")} is not what it should be`,
  );
}
