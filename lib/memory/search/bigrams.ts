/** Receives a token with the place it comes from, `[start, end)` in UTF-16 units of the text that was read. */
export type RunSink = (token: string, start: number, end: number) => void;

const LONG_VOWEL = 0x30fc;

/**
 * Cuts a run of a script without blanks into its bigrams, in order, and gives its last character at the end, so that
 * every character begins a token and one of them alone is found by a prefix query. In katakana a long vowel mark at the
 * end of a word of four or more is passed over: サーバー and サーバ give the same tokens.
 */
export function bigrams(text: string, start: number, end: number, sink: RunSink): void {
  let last = "";
  let lastAt = start;
  let lastEnd = start;
  for (let at = start; at < end;) {
    const code = text.charCodeAt(at);
    const next = at + (code >= 0xd800 && code < 0xdc00 ? 2 : 1);
    if (code !== LONG_VOWEL || !closesKatakana(text, start, end, at)) {
      const character = text.slice(at, next);
      if (last !== "") sink(lastEnd === at ? text.slice(lastAt, next) : last + character, lastAt, next);
      last = character;
      lastAt = at;
      lastEnd = next;
    }
    at = next;
  }
  sink(last, lastAt, lastEnd);
}

function closesKatakana(text: string, start: number, end: number, at: number): boolean {
  if (at - 3 < start || (at + 1 < end && isKatakana(text.charCodeAt(at + 1)))) return false;
  return isKatakana(text.charCodeAt(at - 1)) && isKatakana(text.charCodeAt(at - 2)) &&
    isKatakana(text.charCodeAt(at - 3));
}

function isKatakana(code: number): boolean {
  return code >= 0x30a1 && code <= 0x30fc;
}
