import type { Micros } from "../../core/clock.ts";
import type { ScopeLabel } from "../../core/scope.ts";
import type { MemoryType } from "../observation.ts";
import type { StoredObservation } from "../records.ts";

/** How the words of a query combine: all of them, any of them, or first what has all and then what has any. */
export const SEARCH_MODES = ["and", "or", "and_or"] as const;

/** One of the modes. */
export type SearchMode = typeof SEARCH_MODES[number];

/** What hits must have besides matching the words. Absent means any. */
export interface SearchFilters {
  readonly agentFamily?: string;
  readonly clientId?: string;
  readonly pcId?: string;
  readonly sessionId?: string;
  readonly project?: string;
  readonly scope?: ScopeLabel;
  /** All of these tags. */
  readonly tags?: readonly string[];
  /** Any of these kinds. */
  readonly memoryTypes?: readonly MemoryType[];
  /** Any of these files. */
  readonly sourceFiles?: readonly string[];
  /** Any of these references. */
  readonly references?: readonly string[];
  /** Created at or after. */
  readonly since?: Micros;
  /** Created at or before. */
  readonly until?: Micros;
}

/** A search. */
export interface SearchRequest {
  /** Words and field filters as a person types them; empty browses, newest first. */
  readonly query: string;
  /** Undefined: the mode that finds most (`or`; what has more of the words comes first all the same). */
  readonly mode: SearchMode | undefined;
  readonly filters: SearchFilters;
  /** 1 to 10,000. */
  readonly limit: number;
  readonly includeSuperseded: boolean;
  /** Where an earlier page ended, as it said. */
  readonly cursor: string | undefined;
}

/** A memory that was found. */
export interface Hit {
  readonly stored: StoredObservation;
  /** A piece of the stored text around the match, and where in it the matches are (UTF-16 offsets); none when browsing. */
  readonly snippet: Snippet | undefined;
}

/** A piece of a text and the places in it that match. */
export interface Snippet {
  readonly text: string;
  readonly matches: readonly (readonly [start: number, end: number])[];
}

/** A page of what was found. */
export interface SearchPage {
  readonly hits: readonly Hit[];
  /** Give it with the same request to go on; undefined when this was all. */
  readonly cursor: string | undefined;
  /** What the searcher should know, such as that the index is being rebuilt. */
  readonly notices: readonly string[];
}
