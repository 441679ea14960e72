import type { Line } from "../../core/lines.ts";
import { isObject } from "../../core/json.ts";
import type { Entry } from "./entry.ts";

/** Reads what `export` writes: `{"key": …, "payload": …}` a line. */
export function* readJsonLines(lines: Iterable<Line>): Generator<Entry> {
  for (const line of lines) {
    if (line.text?.trim() === "") continue;
    const where = `line ${line.number}`;
    const parsed = parseLine(line.text);
    if (parsed !== undefined) yield { kind: "record", where, ...parsed };
    else yield { kind: "unreadable", where, reason: "it is not a record {key, payload}" };
  }
}

/** A record that stands in a line; undefined when none does. */
export function parseLine(text: string | undefined): { key: string; payload: string } | undefined {
  const value = jsonOf(text);
  if (!isObject(value)) return undefined;
  const { key, payload } = value;
  return typeof key === "string" && typeof payload === "string" ? { key, payload } : undefined;
}

/** The JSON value of a line; undefined when it is none. */
export function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
