import { isWordy } from "./words.ts";

/** Shannon entropy of the text, in bits a character: 0 for one repeated character, 4 at most for hexadecimal digits. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum += count * Math.log2(count);
  return text.length === 0 ? 0 : Math.log2(text.length) - sum / text.length;
}

/** How many of the four kinds of character (small letters, capitals, digits, signs) the text has. */
export function characterKinds(text: string): number {
  return [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(text)).length;
}

/**
 * Whether a value looks made by a random generator: 16 characters or more with a letter, with digits or both kinds of
 * letter, and not made of words. Least entropy 3 bits a character: 32 random hexadecimal digits and 16 random base-36
 * characters have 3.6 on average, and less than 3 once in 10,000 and in 500 times.
 */
export function looksRandom(value: string): boolean {
  if (value.length < 16 || !/[A-Za-z]/.test(value) || isWordy(value)) return false;
  if (!/[0-9]/.test(value) && !(/[a-z]/.test(value) && /[A-Z]/.test(value) && value.length >= 20)) {
    return false;
  }
  return entropy(value) >= 3;
}
