import assert from "node:assert/strict";
import { analyze } from "../../../../lib/memory/search/analyzer.ts";
import { anyText } from "./any_text.ts";
import { finds } from "./holds.ts";

Deno.test("words are folded and stemmed, their English endings taken off", () => {
  const tokens: readonly (readonly [string, string])[] = [
    ["Timeouts, retries!", "timeout retri"],
    ["Don't use Alice's, we're done", "dont use alic we done"],
    ["Don’t use Alice’s", "dont use alic"],
    ["café ＡＰＩ naïve", "cafe api naiv"],
    ["ECONNREFUSED APIs", "econnrefus api"],
    ["привет Ёлка", "привет елка"],
    ["wait...what a--b (x) [y]", "wait what a b x y"],
    ["ship it 🚀 👩‍💻", "ship it 🚀 👩 💻"],
  ];
  for (const [text, expected] of tokens) {
    assert.deepEqual(analyze(text), { words: expected.split(" "), parts: [] }, text);
  }
});

Deno.test("an identifier is whole among the words and in parts in a column of its own", () => {
  const tokens: readonly (readonly [string, string, string])[] = [
    ["fooBarBaz", "foobarbaz", "foo bar baz"],
    ["HTTPServer", "httpserver", "http server"],
    ["foo_bar", "foo_bar", "foobar foo bar"],
    ["kioku-mesh", "kioku-mesh", "kiokumesh kioku mesh"],
    ["src/lib/x.ts:42", "src/lib/x.ts:42", "src/lib/x.ts src lib x.ts x ts 42"],
    ["C:\\path\\to.txt", "c:\\path\\to.txt", "c path to.txt to txt"],
    ["std::vector", "std::vector", "std vector"],
    ["v2.4.1", "v2.4.1", "2.4.1 2.4"],
    ["#191", "#191", "191"],
    ["@types/node", "@types/node", "types/node type node"],
    ["--dry-run", "--dry-run", "dry-run dryrun dri run"],
    ["$HOME", "$home", "home"],
    [".env", ".env", "env"],
    ["C++", "c++", "c"],
    ["C#", "c#", "c"],
    ["python3", "python3", "python"],
    ["alice@example.com", "alice@example.com", "alic example.com exampl com"],
    ["https://example.com/a", "https://example.com/a", "https example.com exampl com a"],
    ["O'Reilly's", "o'reilly", "oreilli o reilli"],
    ["U.S.", "u.s", "us u s"],
    ["__init__.py", "init__.py", "init__ py".replace("init__", "init")],
    ["58be2e5a1f", "58be2e5a1f", "58be2e5 58be2e5a"],
    ["end.Next", "end.next", "end next"],
  ];
  for (const [text, words, parts] of tokens) {
    assert.deepEqual(analyze(text), { words: words.split(" "), parts: parts.split(" ") }, text);
  }
});

Deno.test("scripts without blanks are bigrams and the last character, cut at the border to another script", () => {
  const tokens: readonly (readonly [string, string])[] = [
    ["API設定", "api 設定 定"],
    ["検索結果", "検索 索結 結果 果"],
    ["字", "字"],
    ["サーバーを", "サー ーバ バを を"],
    ["ｻｰﾊﾞｰ", "サー ーバ バ"],
    ["コピー", "コピ ピー ー"],
    ["설정을 변경", "설정 정을 을 변경 경"],
    ["설정設定", "설정 정 設定 定"],
    ["𠮷野家", "𠮷野 野家 家"],
    ["3件。2件", "3 件 2 件"],
    ["ภาษา", "ภา าษ ษา า"],
  ];
  for (const [text, expected] of tokens) {
    assert.deepEqual(analyze(text), { words: expected.split(" "), parts: [] }, text);
  }
});

Deno.test("a text is found by an identifier however it is written, and by each of its parts", () => {
  for (const written of ["fooBar", "foo_bar", "foo-bar", "FooBar", "foobar", "foo bar", "FOO_BAR"]) {
    for (const asked of ["fooBar", "foo_bar", "foo-bar", "FOO_BAR"]) {
      if (written === "foobar" && asked === "foo bar") continue;
      assert.ok(finds(asked, `the ${written} function`), `${asked} in ${written}`);
    }
  }
  const asked: readonly (readonly [string, string])[] = [
    ["x.ts", "src/lib/x.ts:42"],
    ["lib/x.ts", "src/lib/x.ts:42"],
    ["src/lib/x.ts:42", "fixed in src/lib/x.ts"],
    ["v2.4", "since v2.4.1"],
    ["2.4.1", "since v2.4.1"],
    ["191", "see #191"],
    ["#191", "see PR 191"],
    ["owner/repo#191", "see owner/repo #191"],
    ["econnrefused", "Error: connect ECONNREFUSED 127.0.0.1:5432"],
    ["127.0.0.1", "Error: connect ECONNREFUSED 127.0.0.1:5432"],
    ["5432", "Error: connect ECONNREFUSED 127.0.0.1:5432"],
    ["58be2e5", "commit 58be2e5a1f0c3d7788990011aabbccddeeff0011"],
    ["58be2e5a1f0c3d7788990011aabbccddeeff0011", "commit 58be2e5"],
    ["websocket", "the web-socket client"],
    ["email", "the e-mail address"],
    ["known", "a well-known port"],
    ["Reilly", "O'Reilly's book"],
    ["timeouts", "a timeout of 30 s"],
    ["timeout", "timeout=30"],
  ];
  for (const [query, text] of asked) assert.ok(finds(query, text), `${query} in ${text}`);
  for (
    const [query, text] of [["C++", "plan C"], ["fooBaz", "fooBar"], ["v2.4", "v2.5.1"], [
      "x.rs",
      "src/x.ts",
    ]] as const
  ) {
    assert.ok(!finds(query, text), `${query} in ${text}`);
  }
});

Deno.test("words of one and of two characters are found within Japanese, Chinese and Korean compounds", () => {
  const text = "検索結果の再構築にはサーバー再起動が必要。搜索结果没有显示。데이터베이스를 설정했다";
  for (
    const query of [
      "検索",
      "索結",
      "構築",
      "再起",
      "起動",
      "搜索",
      "显示",
      "설정",
      "서버 サーバ".slice(3),
      "サーバー",
    ]
  ) {
    assert.ok(finds(query, text), query);
  }
  for (const query of ["字", "犬", "結合", "설치"]) assert.ok(!finds(query, text), query);
  for (const query of text.match(/[\p{L}ー]/gu) ?? []) {
    if (query !== "ー") assert.ok(finds(query, text), query);
  }
});

Deno.test("every text is found by each stretch of it between blanks, whatever stands in it", () => {
  for (let seed = 0; seed < 300; seed++) {
    const text = anyText(seed, 30);
    for (const stretch of text.split(/[ \n]/)) {
      if (analyze(stretch).words.length > 0) {
        assert.ok(finds(stretch, text), `seed ${seed}: ${JSON.stringify(stretch)}`);
      }
    }
  }
});

Deno.test("the tokens are the same for any Unicode normal form of a text and hold nothing that FTS5 reads", () => {
  for (let seed = 0; seed < 500; seed++) {
    const text = anyText(seed, 30);
    const analyzed = analyze(text);
    for (const form of ["NFKC", "NFKD", "NFC", "NFD"]) {
      assert.deepEqual(analyze(text.normalize(form)), analyzed, `seed ${seed} ${form}`);
    }
    for (const token of [...analyzed.words, ...analyzed.parts]) {
      assert.match(token, /^[^\s"\0]+$/u, `seed ${seed}`);
      assert.ok(token.isWellFormed() && token.length <= 64, `seed ${seed}`);
    }
  }
});
