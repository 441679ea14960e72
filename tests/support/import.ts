import type { MemoryContext } from "../../lib/memory/context.ts";
import { importChanges, type Imported } from "../../lib/memory/import.ts";
import { text } from "../../lib/store/row.ts";
import type { TempFolder } from "./folder.ts";

/** Takes over what Python's version has left in a folder. */
export function take(context: MemoryContext, folder: TempFolder): Imported {
  return importChanges(context, folder.path, undefined, () => {});
}

/** Whether taking over reads any file. */
export function reads(context: MemoryContext, folder: TempFolder): boolean {
  let read = false;
  importChanges(context, folder.path, undefined, () => read = true);
  return read;
}

/** What is live: id, scope, payload. */
export function live({ store }: MemoryContext): string[][] {
  const sql = "SELECT id, scope, payload FROM observation WHERE state = 0 ORDER BY id, scope";
  return store.all(sql, [], (row) => [text(row, "id"), text(row, "scope"), text(row, "payload")]);
}

/** What is deleted: id, scope, payload of the tombstone. */
export function tombstones({ store }: MemoryContext): string[][] {
  const sql = "SELECT id, scope, payload FROM tombstone ORDER BY id, scope";
  return store.all(sql, [], (row) => [text(row, "id"), text(row, "scope"), text(row, "payload")]);
}
