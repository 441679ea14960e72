import { isObject } from "../core/json.ts";

/** The way to a value: names of members and numbers of items. */
export type Path = readonly (string | number)[];

/** The languages of configuration files: JSON as it is strictly, JSON with comments and trailing commas, TOML. */
export type Syntax = "json" | "jsonc" | "toml";

/**
 * A configuration as its text. Every change gives another document whose text differs only where the change is: comments,
 * blanks and the order of everything else stay.
 */
export interface Document {
  readonly text: string;
  /** What the text says. */
  readonly value: unknown;
  /** Sets what is at the end of the way; objects on the way that are missing are made. */
  set(path: Path, value: unknown): Document;
  /** Adds an item to the list at the end of the way; a missing list is made. */
  append(path: Path, item: unknown): Document;
  /** Takes away what is at the end of the way, and nothing else. */
  remove(path: Path): Document;
  /** Gives a member another name. */
  rename(path: Path, name: string): Document;
}

/** Why a text cannot be read, and on which line, from 1. */
export class NotReadable extends Error {
  override readonly name = "NotReadable";

  constructor(readonly line: number, why: string) {
    super(why);
  }
}

/** Why a change cannot be made: what stands on its way is not what it has to be. */
export class NotChangeable extends Error {
  override readonly name = "NotChangeable";
}

/** The value at the end of the way, or undefined. */
export function at(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (Array.isArray(here) && typeof step === "number") here = here[step];
    else if (isObject(here) && typeof step === "string" && Object.hasOwn(here, step)) here = here[step];
    else return undefined;
  }
  return here;
}

/** Whether two values of a configuration say the same; the order of members does not matter. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (isObject(a)) {
    if (!isObject(b) || b instanceof Date) return false;
    const names = Object.keys(a);
    return names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]));
  }
  return Object.is(a, b);
}

/** The value with another value at the end of the way: what a document must say after a change. Undefined takes it away. */
export function withValue(value: unknown, [step, ...rest]: Path, replacement: unknown): unknown {
  if (step === undefined) return replacement;
  if (typeof step === "number") {
    const items: unknown[] = Array.isArray(value) ? [...value] : [];
    if (rest.length === 0 && replacement === undefined) items.splice(step, 1);
    else items[step] = withValue(items[step], rest, replacement);
    return items;
  }
  const members = isObject(value) ? Object.entries(value) : [];
  const inner = withValue(at(value, [step]), rest, replacement);
  const others = members.filter(([name]) => name !== step);
  return Object.fromEntries(inner === undefined ? others : [...others, [step, inner]]);
}

/** Whether an object or list holds nothing. */
export function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
