import assert from "node:assert/strict";
import { analyzeQuery, type Term } from "../../../../lib/memory/search/terms.ts";

Deno.test("a question tells what it is about from how it is put", () => {
  const questions: readonly (readonly [question: string, language: string, telling: string])[] = [
    ["What did Alice's team decide about the timeouts?", "en", "alic team decid timeout"],
    ["How do I configure the US region?", "en", "configur us region"],
    ["why doesn't it work", "en", "work"],
    ["検索結果が表示されないのはなぜですか", "ja", "検索 索結 結果 表示 示さ"],
    ["サーバーを再起動する方法を教えてください", "ja", "サー ーバ 再起 起動 動す 方法"],
    ["設定と接続の目的", "ja", "設定 接続 目的"],
    ["値が上がる", "ja", "上が がる"],
    ["为什么搜索没有显示", "zh", "搜索 索没 有显 显示"],
    ["我的配置是什么", "zh", "配置 置是 是什"],
    ["설정을 변경하는 방법은 무엇입니까", "ko", "설정 변경 경하 방법"],
    ["속도", "ko", "속도"],
    ["привет", "other", "привет"],
    ["123", "en", "123"],
  ];
  for (const [question, language, telling] of questions) {
    const analyzed = analyzeQuery(question);
    assert.equal(analyzed.language, language, question);
    assert.deepEqual(analyzed.terms.flatMap(tellingTokens), telling.split(" "), question);
  }
});

Deno.test("what says little is flagged, not dropped", () => {
  const { terms } = analyzeQuery("who is it です を THE WHO");
  assert.deepEqual(terms.map(({ text, stop }) => [text, stop]), [
    ["who", true],
    ["is", true],
    ["it", true],
    ["です", true],
    ["を", true],
    ["THE", false],
  ]);
  assert.deepEqual(analyzeQuery("WHO IS IT").terms.map(({ stop }) => stop), [true, true, true]);
});

Deno.test("an identifier has forms, any of which is itself, and leaves, which together speak of it", () => {
  const expected: readonly (readonly [string, string, string])[] = [
    ["fooBar", "foobar", "foo bar"],
    ["foo_bar", "foo_bar foobar", "foo bar"],
    ["src/lib/x.ts:42", "src/lib/x.ts:42 src/lib/x.ts x.ts", "src lib x ts 42"],
    ["v2.4.1", "v2.4.1 2.4.1", ""],
    ["#191", "#191 191", ""],
    [".env", ".env", "env"],
    ["C++", "c++", ""],
    ["up-to-date", "up-to-date uptod", "date"],
    ["58be2e5a1f", "58be2e5a1f 58be2e5 58be2e5a", ""],
  ];
  for (const [text, forms, leaves] of expected) {
    const split = (tokens: string): string[] => tokens.split(" ").filter((token) => token !== "");
    assert.deepEqual(analyzeQuery(text).terms, [
      { kind: "identifier", text, stop: false, forms: split(forms), leaves: split(leaves) },
    ]);
  }
});

Deno.test("one character of a script without blanks is a prefix; repetitions are asked for once", () => {
  assert.deepEqual(analyzeQuery("字").terms, [{ kind: "character", text: "字", prefix: "字", stop: false }]);
  assert.deepEqual(analyzeQuery("𠮷").terms, [{ kind: "character", text: "𠮷", prefix: "𠮷", stop: false }]);
  assert.equal(analyzeQuery("cache caches Caching 設定 設定 fooBar fooBar").terms.length, 3);
  assert.deepEqual(analyzeQuery(" -- 、。 ").terms, []);
});

Deno.test("a long query takes linear time", () => {
  const { terms } = analyzeQuery("設定を変更".repeat(100_000) + " word fooBar".repeat(100_000));
  assert.equal(terms.length, 3);
});

function tellingTokens(term: Term): readonly string[] {
  if (term.stop) return [];
  if (term.kind === "word") return [term.token];
  if (term.kind === "run") return term.bigrams.filter(({ weak }) => !weak).map(({ token }) => token);
  return term.kind === "identifier" ? term.forms : [term.prefix];
}
