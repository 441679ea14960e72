import { UsageError } from "../core/errors.ts";
import { parseScopeLabel, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { MEMORY_TYPES, type MemoryType } from "../memory/observation.ts";
import type { Options } from "./options.ts";

/** The kinds that `--memory-type` names. */
export function memoryTypes(options: Options): MemoryType[] | undefined {
  const named = filledList(options.list("memoryType"));
  return named?.map((name) => {
    const found = MEMORY_TYPES.find((known) => known === name);
    if (found !== undefined) return found;
    throw new UsageError(`Cannot use --memory-type "${name}": it is not one of ${MEMORY_TYPES.join(", ")}.`);
  });
}

/** The scope that `--scope` names. */
export function scope(options: Options): ScopeLabel | undefined {
  const text = options.filled("scope");
  if (text === undefined) return undefined;
  const read = parseScopeLabel(text);
  if (read !== undefined) return scopeLabel(read);
  throw new UsageError(`Cannot use --scope "${text}": it is not mesh, user/NAME or team/NAME.`);
}

/** A list that holds something. */
export function filledList(list: string[]): string[] | undefined {
  return list.length === 0 ? undefined : list;
}
