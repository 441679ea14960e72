import { tokenize } from "./analyzer.ts";
import { isAscii, normalizeTraced } from "./fold.ts";
import type { Snippet } from "./request.ts";
import type { AnalyzedQuery } from "./terms.ts";

type Span = readonly [start: number, end: number];

/** A place that matches, what it matches and what that is worth. */
interface Match {
  readonly start: number;
  readonly end: number;
  readonly key: string;
  readonly weight: number;
}

const ELLIPSIS = "…";
// How far a cut moves to fall between words, and how much text around it tells where characters end. UTF-16 units.
const WORD_REACH = 24;
const CLUSTER_REACH = 48;
// Made when a cut first falls into text beyond ASCII: it costs 6 ms, a quarter of the program's start.
let graphemes: Intl.Segmenter | undefined;

/**
 * Cuts from a stored text the window of at most `length` UTF-16 units that holds the most of what is asked, with an
 * ellipsis where text was left out, and tells which places of it match. The text is as it was stored, line breaks
 * included. Without a match it is the beginning. Linear in the text.
 */
export function snippet(text: string, query: AnalyzedQuery, length: number): Snippet {
  const matches = findMatches(text, query);
  const [start, end] = chooseWindow(text, matches, length);
  const head = start > 0 ? ELLIPSIS : "";
  const shift = head.length - start;
  const inside = matches.filter((match) => match.start >= start && match.end <= end);
  return {
    text: head + text.slice(start, end) + (end < text.length ? ELLIPSIS : ""),
    matches: merge(inside).map(([from, to]): Span => [from + shift, to + shift]),
  };
}

function findMatches(text: string, query: AnalyzedQuery): Match[] {
  const { tokens, prefixes } = wanted(query);
  const { text: normalized, starts, ends } = normalizeTraced(text);
  const found: Match[] = [];
  tokenize(normalized, (token, kind, start, end) => {
    const first = kind === "run" ? String.fromCodePoint(token.codePointAt(0) ?? 0) : "";
    const prefix = prefixes.has(first);
    const weight = prefix ? 1 : tokens.get(token);
    if (weight === undefined) return;
    const stop = prefix ? start + first.length : end;
    found.push({
      start: starts?.[start] ?? start,
      end: ends?.[stop - 1] ?? stop,
      key: prefix ? first : token,
      weight,
    });
  });
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

// What to look for, with its weight; words that say little only when there are no others.
function wanted({ terms }: AnalyzedQuery): { tokens: Map<string, number>; prefixes: Set<string> } {
  const telling = terms.filter(({ stop }) => !stop);
  const tokens = new Map<string, number>();
  const prefixes = new Set<string>();
  for (const term of telling.length > 0 ? telling : terms) {
    if (term.kind === "word") tokens.set(term.token, 1);
    else if (term.kind === "character") prefixes.add(term.prefix);
    else if (term.kind === "run") {
      for (const { token, weak } of term.bigrams) if (!weak || term.stop) tokens.set(token, 1);
    } else {
      for (const leaf of term.leaves) tokens.set(leaf, 1);
      for (const form of term.forms) tokens.set(form, 1 + term.leaves.length);
    }
  }
  return { tokens, prefixes };
}

function chooseWindow(text: string, matches: readonly Match[], length: number): Span {
  if (text.length <= length) return [0, text.length];
  const room = Math.max(1, length - 2 * ELLIPSIS.length);
  const [first, last] = bestCluster(matches, room);
  const spare = room - (last - first);
  // A third of the room before the match: what leads to it; the rest after it.
  let start = Math.max(0, Math.min(first - Math.floor(spare / 3), text.length - room));
  let end = Math.min(text.length, start + room);
  if (start > 0) start = nextBorder(text, start, first);
  if (end < text.length) end = previousBorder(text, end, Math.max(last, start + 1));
  return [start, end];
}

// The stretch within `room` whose matches are worth most: each thing asked for once, repetitions next to nothing.
function bestCluster(matches: readonly Match[], room: number): Span {
  const counts = new Map<string, number>();
  let [best, worth, from] = [0, 0, 0];
  let span: Span = [0, 0];
  matches.forEach((match, to) => {
    const count = counts.get(match.key) ?? 0;
    counts.set(match.key, count + 1);
    worth += count === 0 ? match.weight : 0.01;
    for (
      let old = matches[from];
      old !== undefined && from < to && match.end - old.start > room;
      old = matches[++from]
    ) {
      const left = (counts.get(old.key) ?? 1) - 1;
      counts.set(old.key, left);
      worth -= left === 0 ? old.weight : 0.01;
    }
    if (worth > best + 1e-9) {
      best = worth;
      span = [matches[from]?.start ?? match.start, match.end];
    }
  });
  return [span[0], Math.min(span[1], span[0] + room)];
}

// A cut from `at` on, at most at `limit`: behind a blank when one is near, and never within a character.
function nextBorder(text: string, at: number, limit: number): number {
  if (isBlank(text, at - 1)) return at;
  for (let near = at; near < Math.min(limit, at + WORD_REACH); near++) {
    if (isBlank(text, near)) return near + 1;
  }
  const [start, end] = clusterAround(text, at);
  return start === at || end > limit ? start : end;
}

function previousBorder(text: string, at: number, limit: number): number {
  if (isBlank(text, at)) return at;
  for (let near = at; near > Math.max(limit, at - WORD_REACH); near--) {
    if (isBlank(text, near - 1)) return near - 1;
  }
  const [start] = clusterAround(text, at);
  return start;
}

function isBlank(text: string, at: number): boolean {
  return text.charAt(at).trim() === "" && at >= 0 && at < text.length;
}

// The character as a person sees it (with its marks and joined emoji) that the unit at `at` belongs to.
function clusterAround(text: string, at: number): Span {
  if (isAscii(text.slice(at - 1, at + 1))) return [at, at + 1];
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const from = Math.max(0, at - CLUSTER_REACH);
  const cluster = graphemes.segment(text.slice(from, at + CLUSTER_REACH)).containing(at - from);
  if (cluster === undefined) return [at, at];
  return [from + cluster.index, from + cluster.index + cluster.segment.length];
}

function merge(matches: readonly Match[]): Span[] {
  const merged: Span[] = [];
  for (const { start, end } of matches) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], end)];
    else merged.push([start, end]);
  }
  return merged;
}
