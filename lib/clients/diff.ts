/** How many lines are shown before and after what changes. */
const CONTEXT = 2;
/** Beyond as many lines that differ no shortest difference is looked for. */
const MOST = 2_000;
/** A line beyond as many characters is cut to what changes in it. */
const LONGEST = 200;
const AROUND = 60;

/** A line of a text as it is in both, in the old or in the new one. */
interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/**
 * What changes between two texts as a unified diff. Values beside it that look like keys or passwords are not shown, and
 * very long lines are cut to the place of the change.
 */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  const lines = difference(split(before), split(after));
  const heads = [
    `--- ${before === undefined ? "/dev/null" : path}`,
    `+++ ${after === undefined ? "/dev/null" : path}`,
  ];
  return [...heads, ...hunks(lines)].join("\n");
}

function split(text: string | undefined): string[] {
  if (text === undefined || text === "") return [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  else lines.push(`${lines.pop() ?? ""}${NO_END}`);
  return lines;
}

/** Marks a last line without a line end, which is shown below it. */
const NO_END = "\u0000";

function difference(before: readonly string[], after: readonly string[]): Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let tail = 0;
  const rest = Math.min(before.length, after.length) - start;
  while (tail < rest && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const same = (text: string): Line => ({ sign: " ", text });
  return [
    ...before.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - tail), after.slice(start, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

// The longest common subsequence by the usual table; both sides are short.
function middle(before: readonly string[], after: readonly string[]): Line[] {
  const gone = (text: string): Line => ({ sign: "-", text });
  const come = (text: string): Line => ({ sign: "+", text });
  if (before.length * after.length > MOST * MOST) return [...before.map(gone), ...after.map(come)];
  const width = after.length + 1;
  const table = new Uint32Array((before.length + 1) * width);
  const length = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      table[i * width + j] = before[i] === after[j]
        ? length(i + 1, j + 1) + 1
        : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (old !== undefined && old === fresh) {
      lines.push({ sign: " ", text: old });
      i++;
      j++;
    } else if (old !== undefined && (fresh === undefined || length(i + 1, j) >= length(i, j + 1))) {
      lines.push(gone(old));
      i++;
    } else if (fresh !== undefined) {
      lines.push(come(fresh));
      j++;
    }
  }
  return lines;
}

function hunks(lines: readonly Line[]): string[] {
  const shown: string[] = [];
  let oldLine = 1;
  let newLine = 1;
  for (let at = 0; at < lines.length;) {
    const first = lines.findIndex(({ sign }, index) => index >= at && sign !== " ");
    if (first < 0) break;
    let end = first;
    for (let next = first; next >= 0 && next <= end + 2 * CONTEXT + 1;) {
      end = next;
      next = lines.findIndex(({ sign }, index) => index > end && sign !== " ");
    }
    const from = Math.max(at, first - CONTEXT);
    const piece = lines.slice(from, end + CONTEXT + 1);
    const skipped = from - at;
    oldLine += skipped;
    newLine += skipped;
    const olds = piece.filter(({ sign }) => sign !== "+").length;
    const news = piece.filter(({ sign }) => sign !== "-").length;
    shown.push(`@@ -${range(oldLine, olds)} +${range(newLine, news)} @@`, ...written(piece));
    oldLine += olds;
    newLine += news;
    at = from + piece.length;
  }
  return shown;
}

function range(line: number, count: number): string {
  return `${count === 0 ? line - 1 : line},${count}`;
}

function written(piece: readonly Line[]): string[] {
  return piece.flatMap(({ sign, text }, index) => {
    const bare = text.endsWith(NO_END);
    const other = piece.find((line, at) =>
      Math.abs(at - index) === 1 && line.sign !== sign && line.sign !== " "
    );
    const whole = bare ? text.slice(0, -1) : text;
    const line = sign === "+" && other === undefined
      ? whole
      : cut(whole, sign === " " ? undefined : other?.text);
    return [
      `${sign}${sign === "+" ? line : hidden(line)}`,
      ...(bare ? ["\\ No newline at end of file"] : []),
    ];
  });
}

// What is beside our own lines is the user's, and a terminal's output goes further than the file.
function hidden(line: string): string {
  return line.replaceAll(
    /((?:key|token|secret|passw(?:or)?d|passphrase|authorization|credential|cookie)[\w.-]*["']?\s*[:=]\s*)(["'])(?:(?!\2).)+\2/gi,
    "$1$2…$2",
  );
}

function cut(line: string, other: string | undefined): string {
  if (line.length <= LONGEST) return line;
  if (other === undefined) return `${line.slice(0, LONGEST)}…`;
  let start = 0;
  while (start < line.length && line[start] === other[start]) start++;
  let end = 0;
  while (end < line.length - start && line.at(-1 - end) === other.at(-1 - end)) end++;
  const from = Math.max(0, start - AROUND);
  const to = Math.min(line.length, line.length - end + AROUND);
  return `${from > 0 ? "…" : ""}${line.slice(from, to)}${to < line.length ? "…" : ""}`;
}
