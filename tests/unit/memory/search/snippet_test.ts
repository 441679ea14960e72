import assert from "node:assert/strict";
import { analyzeQuery } from "../../../../lib/memory/search/terms.ts";
import { snippet } from "../../../../lib/memory/search/snippet.ts";
import { anyText } from "./any_text.ts";

const FILLER = "Nothing of note happened on this day and the next one was quiet too. ".repeat(20);

/** The snippet with its matches in brackets. */
function shown(text: string, query: string, length = 80): string {
  const { text: cut, matches } = snippet(text, analyzeQuery(query), length);
  return matches.reduceRight(
    (marked, [start, end]) => `${marked.slice(0, start)}[${marked.slice(start, end)}]${marked.slice(end)}`,
    cut,
  );
}

Deno.test("matches are shown by stems, within compounds, and within identifiers", () => {
  const expected: readonly (readonly [text: string, query: string, shown: string])[] = [
    ["Two Timeouts, one timeout.", "timeout", "Two [Timeouts], one [timeout]."],
    ["the cache", "what is the cache", "the [cache]"],
    ["the who", "the", "[the] who"],
    ["検索結果の再構築が必要", "再構築はなぜ必要ですか", "検索結果の[再構築]が[必要]"],
    ["設定を変更", "定", "設[定]を変更"],
    ["see src/lib/fooBar.ts:42 now", "bar", "see src/lib/foo[Bar].ts:42 now"],
    ["see src/lib/fooBar.ts:42 now", "lib/fooBar.ts", "see src/[lib]/[fooBar.ts]:42 now"],
    ["Ｃａｆé ｻｰﾊﾞｰ ½", "cafe サーバー", "[Ｃａｆé] [ｻｰﾊﾞ]ｰ ½"],
    ["Alice's cat", "alice", "[Alice]'s cat"],
    ["nothing", "else", "nothing"],
    ["", "else", ""],
  ];
  for (const [text, query, marked] of expected) assert.equal(shown(text, query), marked, query);
});

Deno.test("the window holds the most of what is asked", () => {
  const text = `The pool. ${FILLER}The connection pool ran full at night.\n${FILLER}pool pool pool pool`;
  assert.match(
    shown(text, "connection pool full"),
    /^….*\[connection\] \[pool\] ran \[full\] at night\..*…$/s,
  );
  assert.equal(shown(FILLER, "absent", 30), "Nothing of note happened on…");
  assert.match(shown(`${FILLER}the end`, "end", 40), /^….* the \[end\]$/);
});

Deno.test("a cut never falls within a character of several code points", () => {
  const text = `${"👩‍💻".repeat(30)}設定${"👩‍💻".repeat(30)}`;
  for (let length = 12; length < 60; length++) {
    const { text: cut, matches } = snippet(text, analyzeQuery("設定"), length);
    assert.match(cut, /^…(?:👩‍💻)*設定(?:👩‍💻)*…$/u, `length ${length}`);
    assert.deepEqual(matches.map(([start, end]) => cut.slice(start, end)), ["設定"]);
  }
});

Deno.test("whatever the text, a snippet keeps to its length, to whole characters and to the stored text", () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (let seed = 0; seed < 400; seed++) {
    const text = anyText(seed, 40);
    const query = analyzeQuery(anyText(seed + (seed % 2) * 1000, 3));
    const length = 12 + seed % 60;
    const { text: cut, matches } = snippet(text, query, length);
    assert.ok(cut.length <= length || cut === text, `seed ${seed}: ${cut.length} > ${length}`);
    const bare = cut.replace(/^…/, "").replace(/…$/, "");
    const at = text.indexOf(bare);
    assert.ok(at >= 0, `seed ${seed}`);
    let before = 0;
    for (const [start, end] of matches) {
      assert.ok(start >= before && end > start && end <= cut.length, `seed ${seed}`);
      before = end;
    }
    if (!text.isWellFormed()) continue;
    assert.ok(cut.isWellFormed(), `seed ${seed}`);
    const borders = new Set([...segmenter.segment(text)].map(({ index }) => index).concat(text.length));
    const fits = [...text.matchAll(new RegExp(RegExp.escape(bare), "g"))]
      .some(({ index }) => borders.has(index) && borders.has(index + bare.length));
    assert.ok(fits || bare === "", `seed ${seed}: cut within a character: ${JSON.stringify(cut)}`);
  }
});
