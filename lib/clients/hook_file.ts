import { isObject } from "../core/json.ts";
import { type Before, withoutTrace } from "./change.ts";
import type { HookEvent, HookFile } from "./client.ts";
import { EVENTS } from "./client.ts";
import { at, type Document, type Path } from "./document.ts";
import { changed } from "./open_document.ts";
import { readHookLine } from "./program.ts";

/** A command of ours in a file of hooks. */
interface Found {
  /** The way to its object. */
  readonly way: Path;
  readonly command: string;
  readonly event: string;
}

/** The document with our hooks for a client; those that are there are brought up to date. */
export function withHooks(
  document: Document,
  file: HookFile,
  client: string,
  line: (event: HookEvent) => string,
): Document {
  const { path } = file;
  let after = document;
  for (const event of EVENTS) {
    const name = file.events[event];
    if (name === undefined) continue;
    const list = ["hooks", name];
    const command = line(event);
    const there = hooksOf(after, client).find((hook) => hook.event === event && hook.way[1] === name);
    if (there !== undefined) {
      if (there.command !== command) after = changed(path, after, [...there.way, "command"], command);
      continue;
    }
    const item = file.grouped ? { hooks: [file.item(command)] } : file.item(command);
    const items = at(after.value, list);
    const index = Array.isArray(items) ? items.length : 0;
    after = changed(path, after, [...list, index], item, (before) => before.append(list, item));
  }
  if (after.text === document.text) return document;
  for (const [name, value] of Object.entries(file.base)) {
    if (at(after.value, [name]) === undefined) after = changed(path, after, [name], value);
  }
  return after;
}

/** The document without our hooks for a client, and without what is empty then and was not there before. */
export function withoutHooks(document: Document, path: string, client: string, before: Before): Document {
  let after = document;
  for (;;) {
    const hook = hooksOf(after, client).at(-1);
    if (hook === undefined) return after;
    // A group of ours goes with its only command.
    const group = at(after.value, hook.way.slice(0, -1));
    const alone = hook.way.length > 3 && Array.isArray(group) && group.length === 1;
    after = withoutTrace(path, after, alone ? hook.way.slice(0, -2) : hook.way, before);
  }
}

/** The events for which a client's file calls us. */
export function hookedEvents(document: Document, client: string): string[] {
  return hooksOf(document, client).map(({ event }) => event);
}

function hooksOf({ value }: Document, client: string): Found[] {
  const events = at(value, ["hooks"]);
  return Object.entries(isObject(events) ? events : {}).flatMap(([name, items]) => {
    if (!Array.isArray(items)) return [];
    return items.flatMap((item: unknown, index) => {
      const way = ["hooks", name, index];
      const inner = at(item, ["hooks"]);
      if (!Array.isArray(inner)) return found(way, item, client);
      return inner.flatMap((hook: unknown, number) => found([...way, "hooks", number], hook, client));
    });
  });
}

function found(way: Path, hook: unknown, client: string): Found[] {
  const command = at(hook, ["command"]);
  if (typeof command !== "string") return [];
  const ours = readHookLine(command);
  return ours?.client === client ? [{ way, command, event: ours.event }] : [];
}
