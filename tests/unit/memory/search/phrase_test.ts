import assert from "node:assert/strict";
import { holdsPhrase, readPhrase } from "../../../../lib/memory/search/phrase.ts";

function holds(text: string, phrase: string): boolean {
  const read = readPhrase(phrase);
  assert.ok(read !== undefined);
  return holdsPhrase(text, read);
}

Deno.test("a phrase is found as it stands, case, width, diacritics and blanks aside", () => {
  assert.ok(holds("The Connection\n pool is FULL", "connection pool is full"));
  assert.ok(holds("ＡＰＩ設定を変更", "api設定"));
  assert.ok(holds("Café Straße", "cafe strasse"));
  assert.ok(!holds("the pool of connections", "connection pool"));
});

Deno.test("it starts and ends where words do; Japanese has no such places", () => {
  assert.ok(!holds("a category of things", "cat"));
  assert.ok(!holds("concat it", "cat"));
  assert.ok(holds("concat the cat", "cat"));
  assert.ok(holds("(cat)", "cat"));
  assert.ok(holds("再起動する", "起動"));
  assert.ok(holds("API設定", "api"));
  assert.ok(holds("a != b", "!="));
  assert.equal(readPhrase(" \n "), undefined);
});
