/**
 * What a character is to the analyzer. `joiner` stands for what may hold an identifier together (`_ - . / \ : @ '`);
 * `ideograph` for Han and kana, `syllable` for Hangul, `unspaced` for the scripts that write words without blanks
 * (Thai, Lao, Myanmar, Khmer); `picture` for emoji.
 */
export const Kind = {
  separator: 1,
  joiner: 2,
  lower: 3,
  upper: 4,
  digit: 5,
  mark: 6,
  ideograph: 7,
  syllable: 8,
  unspaced: 9,
  picture: 10,
} as const;

/** One of the kinds. */
export type Kind = typeof Kind[keyof typeof Kind];

const JOINERS = "_-./\\:@'";
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}ー]/u;
const UNSPACED = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Khmer}]/u;

// The kinds of the basic plane as they are met, 0 unknown: asking a regular expression is 20 times as slow.
const met = new Uint8Array(0x10000);

/** The kind of a code point. */
export function kindOf(codePoint: number): number {
  if (codePoint > 0xffff) return decide(codePoint);
  const known = met[codePoint] ?? 0;
  if (known !== 0) return known;
  return met[codePoint] = decide(codePoint);
}

/** Whether words are made of it: letters, digits and the marks on letters. */
export function isWordKind(kind: number): boolean {
  return kind >= Kind.lower && kind <= Kind.mark;
}

/** Whether it is cut into bigrams, since its script does not set words apart (or, in Korean, ties particles to them). */
export function isRunKind(kind: number): boolean {
  return kind >= Kind.ideograph && kind <= Kind.unspaced;
}

function decide(codePoint: number): Kind {
  const character = String.fromCodePoint(codePoint);
  if (JOINERS.includes(character)) return Kind.joiner;
  if (/\p{Nd}/u.test(character)) return Kind.digit;
  if (!/[\p{L}\p{N}\p{M}\p{Extended_Pictographic}\p{Regional_Indicator}]/u.test(character)) {
    return Kind.separator;
  }
  if (IDEOGRAPH.test(character)) return Kind.ideograph;
  if (/\p{Script=Hangul}/u.test(character)) return Kind.syllable;
  if (UNSPACED.test(character)) return Kind.unspaced;
  if (/\p{Lu}/u.test(character)) return Kind.upper;
  if (/\p{M}/u.test(character)) return Kind.mark;
  if (/[\p{L}\p{N}]/u.test(character)) return Kind.lower;
  return Kind.picture;
}
