import assert from "node:assert/strict";
import { inline, neutralise, seenJson } from "../../../../lib/memory/render/neutralise.ts";
import { seededNumbers } from "../../../support/random.ts";

const UNSEEN =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

Deno.test("what is not seen becomes visible", () => {
  const expected: readonly (readonly [string, string])[] = [
    ["a\x1b[31mb", "a␛[31mb"],
    ["\0\x07\x08\x7f", "␀␇␈␡"],
    ["\x85\x9b", "\\u0085\\u009b"],
    ["a\r\nb\rc", "a\nb␍c"],
    ["\u2028\u2029\v\f", "\\u2028\\u2029␋␌"],
    ["\u202eevil\u202c\u2066\u200e", "\\u202eevil\\u202c\\u2066\\u200e"],
    ["pass\u200bword\ufeff\u2060\u00ad", "pass\\u200bword\\ufeff\\u2060\\u00ad"],
    ["x\u{e0041}\u{e0042}", "x\\u{e0041}\\u{e0042}"],
    ["a\ufe0f\ufe0f\u{e0100}", "a\\ufe0f\\ufe0f\\u{e0100}"],
    ["a\ud800b", "a\\ud800b"],
    ["a\u200db\u200cc", "a\\u200db\\u200cc"],
    ["❤\ufe0f\ufe0f", "❤\ufe0f\\ufe0f"],
  ];
  for (const [text, visible] of expected) assert.equal(neutralise(text), visible);
});

Deno.test("ordinary text of many languages stays as it is", () => {
  const texts = [
    "two lines\n\tand a tab",
    "日本語と한국어、中文。葛\u{e0100}飾",
    "👩‍👩‍👧‍👦 ❤️‍🔥 👍🏽 🏳️‍🌈 1️⃣ ☎︎",
    "می‌خواهم",
    "क्‍ष श्रीलंका",
    "naïve café Ünïcödé ½ € → ∑",
    "C:\\users\\u202e is text",
  ];
  for (const text of texts) assert.equal(neutralise(text), text);
});

Deno.test("of random characters nothing unseen is left, and a second time changes nothing", () => {
  const ranges: readonly (readonly [number, number])[] = [
    [0, 0x2ff],
    [0x600, 0x620],
    [0x900, 0x950],
    [0x2000, 0x2070],
    [0xfe00, 0xfe0f],
    [0xfff0, 0xffff],
    [0x1f300, 0x1f6ff],
    [0xe0000, 0xe01ef],
    [0xd800, 0xdfff],
  ];
  for (let seed = 1; seed <= 200; seed++) {
    const next = seededNumbers(seed);
    let text = "";
    for (let i = 0; i < 200; i++) {
      const [low, high] = ranges[Math.floor(next() * ranges.length)] ?? [0, 0];
      text += String.fromCodePoint(low + Math.floor(next() * (high - low + 1)));
    }
    const shown = neutralise(text);
    assert.equal(neutralise(shown), shown, `seed ${seed}`);
    assert.ok(shown.isWellFormed(), `seed ${seed}`);
    assert.ok(!UNSEEN.test(shown), `seed ${seed}`);
  }
});

Deno.test("JSON of what is not seen shows it, and is read as it was", () => {
  const value = { "a\u202e": ["\x1b\x9b\x7f\u200b", "x\u{e0041}\ud800", "日本語 👩‍👧 \n"] };
  const line = seenJson(value);
  assert.equal(
    line,
    '{"a\\u202e":["\\u001b\\u009b\\u007f\\u200b","x\\udb40\\udc41\\ud800","日本語 👩\\u200d👧 \\n"]}',
  );
  assert.deepEqual(JSON.parse(line), value);
});

Deno.test("inline is one line", () => {
  assert.equal(inline(" a\n\n\tb\r\nc\u2028d "), "a b c\\u2028d");
});

Deno.test("a long text takes no long time", () => {
  const start = performance.now();
  for (const piece of ["\u200d", "\x1b", "क\u200d", "❤\ufe0f\u200d", "x", "\r\n"]) {
    neutralise(piece.repeat(200_000));
  }
  assert.ok(performance.now() - start < 5000);
});
