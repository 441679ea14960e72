import assert from "node:assert/strict";
import { fold, normalize, normalizeTraced } from "../../../../lib/memory/search/fold.ts";
import { anyText } from "./any_text.ts";

Deno.test("width, case, diacritics, ligatures and invisible characters do not tell texts apart", () => {
  const same: readonly (readonly [string, string])[] = [
    ["ＡＰＩ　設定", "api 設定"],
    ["Café cafe\u0301", "cafe cafe"],
    ["Straße STRASSE", "strasse strasse"],
    ["ｻｰﾊﾞｰ", "サーバー"],
    ["サ−バ‐", "サーバー"],
    ["ﬁle①", "file1"],
    ["Ærø Łódź İzmir ılık", "aero lodz izmir ilik"],
    ["ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"],
    ["Ёлка", "елка"],
    ["co\u00adop\u200c \ufeffon", "coop on"],
    ["\x1b[1;31merror\x1b[0m", "error"],
    ["don’t", "don't"],
    ["a \n\t b ", "a b"],
  ];
  for (const [text, expected] of same) assert.equal(fold(text), expected, text);
});

Deno.test("what carries meaning stays: small kana, voicing marks, the dash outside katakana", () => {
  for (const text of ["きゃきや", "はばぱ", "10−20", "カ゚", "क्षि", "한국어"]) {
    assert.equal(fold(text), text.normalize("NFKC"));
  }
});

Deno.test("folding is idempotent and blind to NFKC for every character", () => {
  for (let code = 0; code < 0x110000; code++) {
    const text = `x${String.fromCodePoint(code)}y`;
    const folded = fold(text);
    if (fold(folded) !== folded || fold(text.normalize("NFKC")) !== folded) {
      assert.fail(`U+${code.toString(16)}`);
    }
  }
});

Deno.test("tracing gives the same text as normalizing, with places that enclose where it came from", () => {
  for (let seed = 0; seed < 400; seed++) {
    const text = anyText(seed, 40);
    const { text: traced, starts, ends } = normalizeTraced(text);
    assert.equal(traced, normalize(text), `seed ${seed}`);
    if (starts === undefined || ends === undefined) {
      assert.equal(traced, text);
      continue;
    }
    assert.equal(starts.length, traced.length);
    for (let at = 0; at < traced.length; at++) {
      const [start = -1, end = -1] = [starts[at], ends[at]];
      assert.ok(start >= (starts[at - 1] ?? 0) && start < end && end <= text.length, `seed ${seed} at ${at}`);
      const origin = normalize(text.slice(start, end)) + " ー";
      assert.ok(origin.includes(traced.charAt(at)), `seed ${seed} at ${at}`);
    }
  }
});
