import { isRunKind, isWordKind, Kind, kindOf } from "./characters.ts";

/**
 * What the scanner tells apart: `word`, letters or digits; `identifier`, a word of several parts, with a sign at its
 * front, or of mixed letter case; `run`, a stretch of one script without blanks; `picture`, an emoji.
 */
export type UnitKind = "word" | "identifier" | "run" | "picture";

/** Receives each unit with its place, `[start, end)` in UTF-16 units. */
export type UnitSink = (kind: UnitKind, start: number, end: number) => void;

// `://` and `/.` hold an identifier together, `..` and `--` and four signs in a row do not.
const MOST_JOINERS = 3;
// A longer identifier goes on as another one, so that the work on each is bounded.
const LONGEST_IDENTIFIER = 256;
const [HASH, DOLLAR, PLUS, HYPHEN, DOT, AT, APOSTROPHE] = [0x23, 0x24, 0x2b, 0x2d, 0x2e, 0x40, 0x27];
const BEFORE_HIDDEN_FILE = " \t\n\r\"'`([{,=";

/** Cuts normalized text into its units, in order. Linear in the text. */
export function scan(text: string, sink: UnitSink): void {
  for (let at = 0; at < text.length;) {
    const kind = kindAt(text, at);
    if (isWordKind(kind) && kind !== Kind.mark) at = scanWord(text, at, sink);
    else if (isRunKind(kind)) at = scanRun(text, at, kind, sink);
    else {
      const next = at + widthAt(text, at);
      if (kind === Kind.picture) sink("picture", at, next);
      at = next;
    }
  }
}

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code < 0xdc00 ? kindOf(text.codePointAt(at) ?? 0) : kindOf(code);
}

function widthAt(text: string, at: number): 1 | 2 {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code >= 0xdc00) return 1;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next < 0xe000 ? 2 : 1;
}

function scanRun(text: string, start: number, kind: number, sink: UnitSink): number {
  let end = start;
  while (end < text.length && kindAt(text, end) === kind) end += widthAt(text, end);
  sink("run", start, end);
  return end;
}

function scanWord(text: string, start: number, sink: UnitSink): number {
  let end = start;
  let [lower, upper, laterUpper, digits, joined] = [false, false, false, false, false];
  while (end < text.length) {
    const kind = kindAt(text, end);
    if (kind === Kind.lower) lower = true;
    else if (kind === Kind.digit) digits = true;
    else if (kind === Kind.upper) {
      upper = true;
      if (end > start) laterUpper = true;
    } else if (kind !== Kind.mark) {
      const next = kind === Kind.joiner && end - start < LONGEST_IDENTIFIER ? afterJoiners(text, end) : end;
      if (next === end) break;
      // An apostrophe within a word (don't, Alice's) does not make an identifier of it.
      if (next - end > 1 || text.charCodeAt(end) !== APOSTROPHE) joined = true;
      end = next;
      continue;
    }
    end += widthAt(text, end);
  }
  const tail = afterTail(text, start, end);
  const head = beforeHead(text, start);
  const letters = lower || upper;
  const mixed = (lower && laterUpper && !isPluralAcronym(text, start, end)) || (digits && letters);
  sink(joined || mixed || tail > end || head < start ? "identifier" : "word", head, tail);
  return tail;
}

// Where the word goes on after the signs at `at`; `at` itself when it does not.
function afterJoiners(text: string, at: number): number {
  let end = at;
  while (end < text.length && kindAt(text, end) === Kind.joiner) {
    if (end - at === MOST_JOINERS) return at;
    const code = text.charCodeAt(end);
    if (end > at && (code === HYPHEN || code === DOT) && code === text.charCodeAt(end - 1)) return at;
    if (end > at && (code === APOSTROPHE || text.charCodeAt(at) === APOSTROPHE)) return at;
    end++;
  }
  const kind = end < text.length ? kindAt(text, end) : Kind.separator;
  return isWordKind(kind) && kind !== Kind.mark ? end : at;
}

// c++, g++ and c#, f# end in signs.
function afterTail(text: string, start: number, end: number): number {
  const code = text.charCodeAt(end);
  const width = code === PLUS && text.charCodeAt(end + 1) === PLUS
    ? 2
    : code === HASH && end - start === 1
    ? 1
    : 0;
  if (width === 0) return end;
  const after = end + width < text.length ? kindAt(text, end + width) : Kind.separator;
  return isWordKind(after) || text.charCodeAt(end + width) === text.charCodeAt(end) ? end : end + width;
}

// #191, $HOME, @types/node, --dry-run and .env begin with signs.
function beforeHead(text: string, start: number): number {
  if (start === 0) return start;
  const code = text.charCodeAt(start - 1);
  if (code === HASH || code === AT || code === DOLLAR) return start - 1;
  const before = start > 1 ? text[start - 2] ?? " " : " ";
  if (code === DOT && BEFORE_HIDDEN_FILE.includes(before)) return start - 1;
  if (
    code === HYPHEN && before === "-" && (start === 2 || BEFORE_HIDDEN_FILE.includes(text[start - 3] ?? " "))
  ) {
    return start - 2;
  }
  return start;
}

function isPluralAcronym(text: string, start: number, end: number): boolean {
  if (text[end - 1] !== "s" || end - start < 3) return false;
  for (let at = start; at < end - 1; at++) if (kindAt(text, at) !== Kind.upper) return false;
  return true;
}
