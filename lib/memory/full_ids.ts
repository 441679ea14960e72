import type { MemoryContext } from "./context.ts";
import { findMemory } from "./find.ts";
import { isId } from "../core/ids.ts";

/** Completes ids that are given by their first digits. Complete ones are taken as they are, known here or not. */
export function fullIds(context: MemoryContext, ids: readonly string[]): string[] {
  return ids.map((id) => isId(id) ? id : findMemory(context, id).stored.observation.id);
}
