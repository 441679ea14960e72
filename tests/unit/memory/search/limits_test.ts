import assert from "node:assert/strict";
import { analyze } from "../../../../lib/memory/search/analyzer.ts";
import { snippet } from "../../../../lib/memory/search/snippet.ts";
import { analyzeQuery } from "../../../../lib/memory/search/terms.ts";
import { seededNumbers } from "../../../support/random.ts";
import { anyText } from "./any_text.ts";
import { finds } from "./holds.ts";

// Texts that are nothing but one thing, or one thing over and over.
const REPEATED = [
  ...[
    "a",
    "A",
    "1",
    "é",
    "字",
    "ー",
    "ア",
    "각",
    "ภ",
    "𠮷",
    "👩",
    "\u0301",
    "\u3099",
    "ﷺ",
    "\ud800",
    "\udc00",
  ],
  ...["-", "_", ".", "/", ":", "'", "#", "\x1b[", "\x1b[1;", "\0", " ", "\n", "ﾞ", "ᄒ", "\u200d", "½"],
  ...[
    "a.",
    "a-",
    "a_",
    "a/",
    "a::",
    "a'",
    "aB",
    "a1",
    "a1B_",
    "1.",
    "1:",
    "a-b_c.dE1/",
    "#a",
    "--a ",
    "ア−",
    "字a",
    "n't",
  ],
  ...["a\u0301", "é'S ", "e\u200d", "v1.2.", "0f", "x++", "ABs", "a.b/C\\d:e@f-g_h'i ", "don't ", "設定を"],
];

Deno.test("anything is analyzed in time and space that grow as the text does", () => {
  for (const piece of REPEATED) {
    const small = analyze(piece.repeat(Math.ceil(15_000 / piece.length)));
    const text = piece.repeat(Math.ceil(300_000 / piece.length));
    const started = performance.now();
    const { words, parts } = analyze(text);
    // Measured: 5 to 200 ms; a quadratic step would take minutes.
    assert.ok(performance.now() - started < 10_000, JSON.stringify(piece));
    const size = sizeOf(words) + sizeOf(parts);
    assert.ok(size <= 10 * text.normalize("NFKC").length, `${JSON.stringify(piece)}: ${size}`);
    assert.ok(size <= 21 * (sizeOf(small.words) + sizeOf(small.parts)) + 100, JSON.stringify(piece));
  }
});

Deno.test("encoded data and endless tokens leave little in the index", () => {
  const next = seededNumbers(7);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let base64 = "";
  while (base64.length < 300_000) base64 += alphabet[Math.floor(next() * 64)];
  const { words, parts } = analyze(base64);
  assert.ok(sizeOf(words) + sizeOf(parts) < 2.5 * base64.length);
  assert.ok(sizeOf(analyze("x".repeat(1_000_000)).words) < 100);
  for (const start of ["", "a"]) {
    for (const token of analyze(start + "𐐨".repeat(100)).words) {
      assert.ok(token.isWellFormed() && token.length <= 64);
    }
  }
});

Deno.test("what an identifier without end ends in is found", () => {
  for (const query of ["needle.ts", "needle", "last"]) {
    assert.ok(finds(query, `${"folder/".repeat(200)}needle.ts:5/${"x.".repeat(500)}last`), query);
  }
});

Deno.test("a snippet of a long text comes in linear time", () => {
  for (const piece of ["cache ", "設定を", "ｶﾞ", "a\u0301 ", "x/y", "🚀"]) {
    const text = piece.repeat(Math.ceil(300_000 / piece.length));
    const started = performance.now();
    snippet(text, analyzeQuery(piece), 200);
    assert.ok(performance.now() - started < 10_000, JSON.stringify(piece));
  }
});

Deno.test("nothing throws, whatever the text", () => {
  for (let seed = 0; seed < 300; seed++) {
    const next = seededNumbers(seed);
    let text = anyText(seed, 10);
    while (text.length < 200) text += String.fromCharCode(Math.floor(next() * 0x10000));
    analyze(text);
    snippet(text, analyzeQuery(text.slice(Math.floor(next() * text.length))), 1 + Math.floor(next() * 100));
  }
});

function sizeOf(tokens: readonly string[]): number {
  return tokens.reduce((size, token) => size + token.length + 1, 0);
}
