import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { lineOf } from "./edits.ts";
import { NotReadable } from "./document.ts";

/**
 * The tree of a JSON text; undefined when it holds nothing but blanks and comments. Throws NotReadable with the line of what
 * is wrong, names that stand twice in one object included.
 */
export function parseJson(text: string, strict: boolean): Node | undefined {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, {
      disallowComments: strict,
      allowTrailingComma: !strict,
      allowEmptyContent: true,
    });
  } catch (error) {
    if (error instanceof RangeError) throw new NotReadable(1, "it is nested too deeply");
    throw error;
  }
  const [first] = errors;
  if (first !== undefined) {
    throw new NotReadable(lineOf(text, first.offset), words(printParseErrorCode(first.error)));
  }
  if (root !== undefined) checkNames(root, text);
  return root;
}

// The parser's `CommaExpected` as `comma expected`.
function words(code: string): string {
  return code.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}

function checkNames(root: Node, text: string): void {
  const left = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    const children = node.children ?? [];
    left.push(...children);
    if (node.type !== "object") continue;
    const names = new Set<string>();
    for (const { children: [key] = [] } of children) {
      if (key === undefined) continue;
      const name = String(key.value);
      if (names.has(name)) {
        throw new NotReadable(lineOf(text, key.offset), `"${name}" stands there twice in one object`);
      }
      names.add(name);
    }
  }
}
