import { isObject, isTextList } from "../../core/json.ts";
import type { Line } from "../../core/lines.ts";
import type { Entry } from "./entry.ts";
import { jsonOf } from "./jsonl.ts";

/** What the graph says about one entity. */
interface Entity {
  readonly name: string;
  type: string;
  readonly line: number;
  readonly observations: Set<string>;
  readonly relations: { readonly type: string; readonly to: string }[];
}

/**
 * Reads the knowledge graph of the official memory server (@modelcontextprotocol/server-memory): lines of
 * `{type: "entity", name, entityType, observations}` and `{type: "relation", from, to, relationType}`. Each entity becomes a
 * note of its observations and of the relations that start at it.
 */
export function* readMcpMemory(lines: Iterable<Line>, source: string, project: string): Generator<Entry> {
  const entities = new Map<string, Entity>();
  const entity = (name: string, line: number): Entity => {
    const known = entities.get(name);
    if (known !== undefined) return known;
    const fresh = { name, type: "", line, observations: new Set<string>(), relations: [] };
    entities.set(name, fresh);
    return fresh;
  };
  for (const { text, number } of lines) {
    if (text?.trim() === "") continue;
    const value = jsonOf(text);
    if (!add(value, (name) => entity(name, number))) {
      yield { kind: "unreadable", where: `line ${number}`, reason: "it is neither an entity nor a relation" };
    }
  }
  for (const one of entities.values()) yield noteOf(one, source, project);
}

/** Adds what a line says; gives whether it says anything. */
function add(value: unknown, entity: (name: string) => Entity): boolean {
  if (!isObject(value)) return false;
  if (value.type === "entity") {
    const { name, entityType, observations } = value;
    if (typeof name !== "string" || typeof entityType !== "string" || !isTextList(observations)) return false;
    const known = entity(name);
    known.type ||= entityType;
    for (const one of observations) known.observations.add(one);
    return true;
  }
  const { from, to, relationType } = value;
  if (value.type !== "relation") return false;
  if (typeof from !== "string" || typeof to !== "string" || typeof relationType !== "string") return false;
  entity(from).relations.push({ type: relationType, to });
  return true;
}

function noteOf(
  { name, type, line, observations, relations }: Entity,
  source: string,
  project: string,
): Entry {
  const facts = [...observations, ...relations.map((relation) => `${relation.type} ${relation.to}`)];
  const subject = type === "" ? name : `${name} (${type})`;
  const related = [...new Set(relations.map(({ to }) => to))].filter((to) => to !== name);
  return {
    kind: "note",
    where: `entity "${name}" (line ${line})`,
    note: {
      format: "mcp-memory",
      name,
      source,
      subject,
      content: [subject, ...facts.map((fact) => `- ${fact}`)].join("\n"),
      tags: type === "" ? [] : [type],
      memoryType: "note",
      project,
      references: related.map((to) => `mcp-memory:${to}`),
      createdAt: undefined,
    },
  };
}
