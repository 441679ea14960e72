import { lexer, type Token } from "marked";
import type { Entry } from "./entry.ts";

// What kioku-mesh itself writes into such files tells agents how to use it; it is no memory.
const OUR_PART = /<!-- kioku-mesh:begin -->[^]*?<!-- kioku-mesh:end -->\s*/g;

/** A part of a Markdown text under one heading, without the parts under deeper ones. */
interface Section {
  /** The headings that lead to it, outermost first; empty before the first one. */
  readonly path: readonly string[];
  text: string;
}

/**
 * Reads a file of instructions for agents (CLAUDE.md, AGENTS.md, GEMINI.md): each section with text of its own becomes a
 * note whose subject says the way to it. Headings within code are text.
 */
export function* readSections(
  { text, file, source, project }: { text: string; file: string; source: string; project: string },
): Generator<Entry> {
  const names = new Map<string, number>();
  for (const section of sectionsOf(text.replaceAll(OUR_PART, ""))) {
    const content = section.text.trim();
    if (content === "") continue;
    const way = section.path.join(" > ");
    const same = (names.get(way) ?? 0) + 1;
    names.set(way, same);
    yield {
      kind: "note",
      where: way === "" ? "what stands before the first heading" : `section "${way}"`,
      note: {
        format: "agents-md",
        name: `${file}#${way}${same === 1 ? "" : ` (${same})`}`,
        source,
        subject: way === "" ? file : way,
        content,
        tags: [],
        memoryType: "note",
        project,
        references: [],
        createdAt: undefined,
      },
    };
  }
}

function sectionsOf(text: string): Section[] {
  let current: Section = { path: [], text: "" };
  const sections = [current];
  const open: { depth: number; title: string }[] = [];
  for (const token of lexer(text)) {
    if (!isHeading(token)) {
      current.text += token.raw;
      continue;
    }
    while ((open.at(-1)?.depth ?? 0) >= token.depth) open.pop();
    open.push({ depth: token.depth, title: token.text.replaceAll(/\s+/g, " ").trim() });
    current = { path: open.map(({ title }) => title).filter((title) => title !== ""), text: "" };
    sections.push(current);
  }
  return sections;
}

function isHeading(token: Token): token is Token & { depth: number; text: string } {
  return token.type === "heading" && typeof token.depth === "number" && typeof token.text === "string";
}
