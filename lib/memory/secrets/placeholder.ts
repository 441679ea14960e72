import { entropy } from "./entropy.ts";

/**
 * Words that nobody's key contains but that examples are made of: five letters at least, and each in one way of writing,
 * since chance makes shorter and mixed ones (`DUmmY` was met in a thousand made-up private keys).
 */
const EXAMPLE_WORDS = [
  ..."example sample placeholder dummy redact changeme replace insert foobar lorem qwerty".split(" "),
  ...["change_me", "change-me", "foo_bar", "foo-bar"],
];
const EXAMPLE_WORD = new RegExp(
  EXAMPLE_WORDS.flatMap((word) => [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)])
    .join("|"),
);
/** Shorter ones count only where they stand alone, and in text too short for chance to make them. */
const SHORT_WORD = new RegExp(
  "x{4}|(?:^|[-_ .])(?:your|fake|test|todo|here|demo|null|my)(?![a-z0-9])|your_?(?:api|token|secret|key|pass)",
  "i",
);
const SHORT_TEXT = 64;
/** Values that stand in the place of another: `${NAME}`, `{{ name }}`, `<name>`, `%NAME%`, `$NAME`, `@name`, `***`, `...`. */
const STAND_IN = /\$\{|\{\{|^[<$@[{]|^%\w+%$|\*{3}|\.{3}|…/;

/** Least bits a character of a real key: ten random decimal digits have 2.6 on average. */
const LEAST_ENTROPY = 2;

/**
 * Whether the text (a key without its fixed beginning) is an example, a mask or a stand-in: it says so, or it repeats
 * or counts up, which random keys do not.
 */
export function isPlaceholder(text: string): boolean {
  return EXAMPLE_WORD.test(text) || text.length <= SHORT_TEXT && SHORT_WORD.test(text) ||
    STAND_IN.test(text) ||
    entropy(text) < LEAST_ENTROPY ||
    isRegular(text);
}

/**
 * Whether most characters follow from the one, two or three places before (`abcdef`, `aaaa`, `a1b2c3`), or the whole
 * is a block repeated. Of random text 5 % (base 62) to 19 % (hexadecimal) of the characters follow by chance.
 */
function isRegular(text: string): boolean {
  const head = text.slice(0, 400).toLowerCase();
  return [1, 2, 3].some((stride) => follows(head, stride)) || isRepeated(head);
}

function follows(text: string, stride: number): boolean {
  let count = 0;
  for (let at = stride; at < text.length; at++) {
    if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - stride)) <= 1) count++;
  }
  return text.length > 4 * stride && count >= 0.6 * (text.length - stride);
}

function isRepeated(text: string): boolean {
  for (let period = 1; period <= Math.min(64, text.length / 2); period++) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}
