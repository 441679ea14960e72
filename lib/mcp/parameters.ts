import * as z from "zod";
import type { Clock, Micros } from "../core/clock.ts";
import { UsageError } from "../core/errors.ts";
import type { Tier } from "../core/scope.ts";
import { parseMoment } from "../core/time.ts";
import { MEMORY_TYPES, type MemoryType } from "../memory/observation.ts";
import { SEARCH_MODES, type SearchMode } from "../memory/search/request.ts";
import { type Maybe, maybe, texts } from "./schema.ts";

/** The largest answer unless the call says otherwise, in bytes of UTF-8: what Python's version gave (compat cli §2.3). */
export const MAX_BYTES = 20_000;

/** The parameter that sets the largest answer. Below its least value, not even one entry and what is around it might fit. */
export const maxBytes: Maybe<number> = maybe(z.int().min(6000).max(999_999));

/** Where to go on, as an earlier answer said. */
export const cursor: Maybe<string> = maybe(z.string());

/** One kind of memory. */
export const memoryType: z.ZodType<MemoryType> = z.enum(MEMORY_TYPES);

/** Kinds of memory: save_observation lists them, so they are not shown again. */
export const memoryTypes: Maybe<string[]> = maybe(texts);

/** Reads kinds of memory. Throws a UsageError that names those there are; undefined when none is given. */
export function kinds(names: readonly string[] | undefined): MemoryType[] | undefined {
  const read = filled(names).map((name) => {
    const kind = MEMORY_TYPES.find((one) => one === name);
    if (kind !== undefined) return kind;
    throw new UsageError(
      `Cannot use the memory type "${name}": it is not one of ${MEMORY_TYPES.join(", ")}.`,
    );
  });
  return read.length === 0 ? undefined : read;
}

/** How the words of a query combine. */
export const searchMode: Maybe<SearchMode> = maybe(z.enum(SEARCH_MODES));

/** How much of each memory is answered: its short fields, or its content too. */
export type Detail = "compact" | "full";

/** How much of each memory is answered. */
export const detail: Maybe<Detail> = maybe(z.enum(["compact", "full"]));

/** A tier. */
export const visibility: Maybe<Tier> = maybe(z.enum(["mesh", "user", "team"]));

/** Reads a point in time, or a length of time that is counted back from now. Throws a UsageError that names the parameter. */
export function moment(name: string, text: string | undefined, clock: Clock): Micros | undefined {
  if (text === undefined) return undefined;
  const time = parseMoment(text, clock());
  if (time !== undefined) return time;
  throw new UsageError(
    `Cannot use ${name} "${text}": it is not a time. Give 2026-01-31, 2026-01-31T09:00:00Z or 7d.`,
  );
}

/** A list without blank items. */
export function filled(items: readonly string[] | undefined): string[] {
  return (items ?? []).map((item) => item.trim()).filter((item) => item !== "");
}

/** The same; undefined when nothing is left. */
export function some(items: readonly string[] | undefined): string[] | undefined {
  const list = filled(items);
  return list.length === 0 ? undefined : list;
}
