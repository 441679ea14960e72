/** Makes configuration texts as people write them, from numbers between 0 and 1. */

type Next = () => number;

const NAMES = [
  "alpha",
  "beta-2",
  "gamma_3",
  "with space",
  "dots.in.it",
  "日本",
  "theme",
  "editor",
  "x",
  "model",
];
const TEXTS = [
  "",
  "plain",
  'a "quoted" one',
  "C:\\Users\\x",
  "// no comment",
  "# no comment",
  "設定 🙂",
  "tab\there",
];

/** One of the items. */
export function pick<T>(next: Next, items: readonly T[]): T {
  const item = items[Math.floor(next() * items.length)];
  if (item === undefined) throw new RangeError("nothing to pick");
  return item;
}

/** A JSON text with comments, trailing commas, tabs and CRLF here and there, and a container of servers in it. */
export function randomJsonc(next: Next, container: string): string {
  const end = pick(next, ["\n", "\r\n"]);
  const step = pick(next, ["  ", "    ", "\t", " "]);
  const trailing = next() < 0.3;
  const comments = next() < 0.6;
  const oneLine = next() < 0.2;
  const comment = () => !comments || next() < 0.7 ? "" : pick(next, ["// a note", "/* a note */"]);
  const scalar = () =>
    pick(next, [JSON.stringify(pick(next, TEXTS)), "1.50", "-0", "1e5", "true", "null", "[]", "{}"]);
  const object = (members: readonly (readonly [string, string])[], indent: string): string => {
    if (members.length === 0) return pick(next, ["{}", "{ }"]);
    if (oneLine) return `{${members.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(", ")}}`;
    const inner = indent + step;
    const lines = members.map(([name, value], index) => {
      const last = index === members.length - 1;
      const above = comment();
      const beside = comment();
      const head = above === "" ? "" : `${inner}${above}${end}`;
      const comma = last && !trailing ? "" : ",";
      return `${head}${inner}${JSON.stringify(name)}${pick(next, [":", ": ", " : "])}${value}${comma}${
        beside === "" ? "" : ` ${beside}`
      }`;
    });
    const below = comment();
    return `{${end}${lines.join(end)}${below === "" ? "" : `${end}${inner}${below}`}${end}${indent}}`;
  };
  const members = (depth: number, indent: string): [string, string][] =>
    NAMES.filter(() => next() < 0.35).map((name) => [
      name,
      depth > 2 || next() < 0.6 ? scalar() : object(members(depth + 1, indent + step), indent + step),
    ]);
  const server = (indent: string) =>
    object([
      ["command", '"other"'],
      ["args", '["a", "b"]'],
      ...(next() < 0.5 ? [["env", '{"K": "v"}'] as const] : []),
    ], indent);
  const servers = NAMES.filter(() => next() < 0.3).map((name) => [name, server(step + step)] as const);
  const top = members(0, "");
  if (next() < 0.8) top.splice(Math.floor(next() * (top.length + 1)), 0, [container, object(servers, step)]);
  const before = comment();
  const text = `${before === "" ? "" : `${before}${end}`}${object(top, "")}`;
  return text + pick(next, ["", end, end + end]);
}

/** A TOML text with comments, dots, inline tables, long texts and CRLF here and there, with servers in one of the usual forms. */
export function randomToml(next: Next, container: string): string {
  const end = pick(next, ["\n", "\r\n"]);
  const key = (name: string) => /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
  const value = () =>
    pick(next, [
      JSON.stringify(pick(next, TEXTS)),
      "'C:\\raw'",
      `"""${end}several${end}lines"""`,
      "0x1F",
      "1_000",
      "2026-01-31T09:00:00Z",
      "true",
      `[${end}  1, # one${end}  2,${end}]`,
      "{ a = 1, b = 'x' }",
    ]);
  const comment = () => next() < 0.3 ? ` # note` : "";
  const lines = (most: number) =>
    NAMES.filter(() => next() < most).map((name) =>
      `${key(name)}${pick(next, [" = ", "=", "  =  "])}${value()}${comment()}`
    );
  const blocks: string[] = [[...(next() < 0.5 ? ["# a head"] : []), ...lines(0.3)].join(end)];
  const form = Math.floor(next() * 4);
  const server = '{ command = "other", args = ["a"] }';
  if (form === 1) {
    blocks[0] += `${blocks[0] === "" ? "" : end}${container} = { one = ${server}, two = ${server} }`;
  }
  if (form === 2) blocks.push([`[${container}]`, `one = ${server}`, "two.command = 'other'"].join(end));
  for (const name of NAMES.filter(() => next() < 0.3)) {
    blocks.push([`[section.${key(name)}]${comment()}`, ...lines(0.3)].join(end));
  }
  if (form === 3) {
    for (const name of NAMES.filter(() => next() < 0.3)) {
      const table = [
        `[${container}.${key(name)}]`,
        'command = "other"',
        ...(next() < 0.3 ? ["# below"] : []),
      ];
      const place = 1 + Math.floor(next() * blocks.length);
      blocks.splice(place, 0, table.join(end), [`[${container}.${key(name)}.env]`, 'A = "1"'].join(end));
    }
  }
  if (next() < 0.3) blocks.push(["[[things]]", "n = 1", "[[things]]", "n = 2", "# the end"].join(end));
  const text = blocks.filter((block) => block !== "").join(pick(next, [end, end + end]));
  return text === "" ? "" : text + pick(next, ["", end]);
}
