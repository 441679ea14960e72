/** A JSON object whose members have not been looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether the value is a JSON object (not null, not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads JSON that must be an object; else says in words for a person why it is none. Never throws. */
export function parseObject(text: string): JsonObject | string {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : "it is not a JSON object";
  } catch {
    return "it is not JSON";
  }
}

/** Whether the value is a list of texts. */
export function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** A member of a JSON object as it is written: `value` is JSON text. */
export interface RawMember {
  readonly name: string;
  readonly value: string;
}

/**
 * The members of a JSON object in their order, each value as the text that stands there: what we do not know is passed
 * on without being read, so that numbers keep their form (`200000.0`) and nesting its spaces (compat data §2).
 * The text must already have passed `JSON.parse` and be an object.
 */
export function rawMembers(text: string): RawMember[] {
  const members: RawMember[] = [];
  let at = text.indexOf("{") + 1;
  for (;;) {
    at = skip(text, at, " \t\n\r,");
    if (at >= text.length || text[at] === "}") return members;
    const nameEnd = endOfString(text, at);
    const parsed: unknown = JSON.parse(text.slice(at, nameEnd));
    const start = skip(text, nameEnd, " \t\n\r:");
    const end = endOfValue(text, start);
    members.push({ name: String(parsed), value: text.slice(start, end) });
    at = end;
  }
}

/**
 * Writes JSON as Python's `json.dumps(…, ensure_ascii=False)` does, `", "` and `": "` between, so that what we write
 * and what Python writes are the same bytes (compat data §2). Undefined members are left out.
 */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return rawObject(members.map(([name, member]) => ({ name, value: pythonJson(member) })));
}

/** Writes an object of members whose values are JSON text already. */
export function rawObject(members: readonly RawMember[]): string {
  return `{${members.map(({ name, value }) => `${JSON.stringify(name)}: ${value}`).join(", ")}}`;
}

function skip(text: string, from: number, blanks: string): number {
  let at = from;
  while (at < text.length && blanks.includes(text.charAt(at))) at++;
  return at;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      if (depth === 0) return trimEnd(text, start, at);
      depth--;
      if (depth === 0) return at + 1;
    } else if (character === "," && depth === 0) return trimEnd(text, start, at);
    at++;
  }
  return at;
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && " \t\n\r".includes(text.charAt(at - 1))) at--;
  return at;
}
