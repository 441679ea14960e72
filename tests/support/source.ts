import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project. */
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** What a source file says, as far as the rules of DESIGN §2 ask. */
export interface Source {
  /** Its path from the project's folder, with slashes. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Files of ours that it imports, statically or not, as paths from the project's folder. */
  readonly files: readonly string[];
  /** Packages and built-in modules that it imports. */
  readonly packages: readonly string[];
  /** Texts that are SQL. */
  readonly sql: readonly Finding[];
  /** Casts other than `as const`, `any`, exported functions without a return type, imports that cannot be read. */
  readonly untyped: readonly Finding[];
  /** Exported declarations that no doc comment stands before. */
  readonly undocumented: readonly Finding[];
  /** Members of globals that are used, such as `Date.now` or `Deno.connect`, and globals that are called or made. */
  readonly globals: readonly Finding[];
}

/** Something found in a source file. */
export interface Finding {
  readonly what: string;
  /** From 1. */
  readonly line: number;
}

/** Reads a source file through Deno's own parser. */
export function readSource(path: string): Source {
  const text = Deno.readTextFileSync(join(PROJECT, path));
  return parseSource(path, text);
}

/** Reads the text of a source file; `path` says what its imports are relative to. */
export function parseSource(path: string, text: string): Source {
  const files: string[] = [];
  const packages: string[] = [];
  const sql: Finding[] = [];
  const untyped: Finding[] = [];
  const undocumented: Finding[] = [];
  const globals: Finding[] = [];
  const found = (list: Finding[], what: string, [start]: readonly [number, number]) =>
    list.push({ what, line: text.slice(0, start).split("\n").length });
  const imported = (specifier: unknown, range: readonly [number, number]) => {
    if (typeof specifier !== "string") found(untyped, "an import that cannot be read", range);
    else if (!specifier.startsWith(".")) packages.push(packageName(specifier));
    else files.push(join(dirname(path), specifier).replaceAll("\\", "/"));
  };
  const literal = (node: Deno.lint.Expression) => node.type === "Literal" ? node.value : undefined;
  Deno.lint.runPlugin(
    {
      name: "source",
      rules: {
        read: {
          create: () => ({
            ImportDeclaration: (node) => imported(node.source.value, node.range),
            ExportAllDeclaration: (node) => imported(node.source.value, node.range),
            ExportNamedDeclaration: (node) => {
              if (node.source !== null) imported(node.source.value, node.range);
              if (
                node.declaration?.type === "FunctionDeclaration" && node.declaration.returnType === undefined
              ) {
                found(untyped, "an exported function without a return type", node.range);
              }
              if (node.declaration !== null && !hasDocComment(text.slice(0, node.range[0]))) {
                found(undocumented, firstLine(text.slice(...node.range)), node.range);
              }
            },
            ImportExpression: (node) => imported(literal(node.source), node.range),
            TSImportType: (node) => found(untyped, "an import inside a type", node.range),
            Literal: (node) => {
              if (typeof node.value === "string" && isSql(node.value)) found(sql, node.value, node.range);
            },
            TemplateElement: (node) => {
              if (isSql(node.cooked)) found(sql, node.cooked, node.range);
            },
            TSAsExpression: (node) => {
              const type = node.typeAnnotation;
              const isConst = type.type === "TSTypeReference" && type.typeName.type === "Identifier" &&
                type.typeName.name === "const";
              if (!isConst) found(untyped, "a cast (as)", node.range);
            },
            TSTypeAssertion: (node) => found(untyped, "a cast (<…>)", node.range),
            TSNonNullExpression: (node) => found(untyped, "a non-null assertion (!)", node.range),
            TSAnyKeyword: (node) => found(untyped, "any", node.range),
            MemberExpression: (node) => {
              if (node.object.type !== "Identifier" || node.property.type !== "Identifier") return;
              found(globals, `${node.object.name}.${node.property.name}`, node.range);
            },
            CallExpression: (node) => {
              if (node.callee.type === "Identifier") found(globals, `${node.callee.name}()`, node.range);
            },
            NewExpression: (node) => {
              if (node.callee.type !== "Identifier") return;
              found(
                globals,
                `new ${node.callee.name}(${node.arguments.length === 0 ? "" : "…"})`,
                node.range,
              );
            },
          }),
        },
      },
    },
    path,
    text,
  );
  return {
    path,
    size: new TextEncoder().encode(text).length,
    files,
    packages,
    sql,
    untyped,
    undocumented,
    globals,
  };
}

/** Every TypeScript file below a folder of the project, as paths from the project's folder. */
export function sourcesIn(folder: string): string[] {
  const paths: string[] = [];
  for (const entry of Deno.readDirSync(join(PROJECT, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) paths.push(...sourcesIn(path));
    else if (entry.name.endsWith(".ts")) paths.push(path);
  }
  return paths.sort();
}

/** Every file that is reachable from `entry` by imports, as paths from the project's folder. */
export function reachable(entry: string): string[] {
  const seen = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    waiting.push(...readSource(path).files);
  }
  return [...seen].map((path) => relative(PROJECT, join(PROJECT, path)).replaceAll("\\", "/")).sort();
}

function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

// A run of constants may share the comment before the first.
function hasDocComment(before: string): boolean {
  const comment = before.trimEnd();
  if (/(^|\n)export const [^\n]*;\n$/.test(before)) return true;
  return comment.endsWith("*/") && comment.slice(comment.lastIndexOf("/*")).startsWith("/**");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function isSql(text: string): boolean {
  return /\b(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\b|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b|CREATE\s+(VIRTUAL\s+)?(TABLE|INDEX|TRIGGER)\b|PRAGMA\s)/
    .test(text);
}
