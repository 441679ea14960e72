import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { analyze } from "../../../../lib/memory/search/analyzer.ts";
import { FTS5_TOKENIZER } from "../../../../lib/store/schema.ts";

Deno.test("of all characters only the blank and NUL split tokens in FTS5", () => {
  const splitting: number[] = [];
  const database = newIndex();
  const insert = database.prepare("INSERT INTO document (rowid, text) VALUES (?, ?)");
  const count = database.prepare("SELECT count(*) AS tokens FROM token");
  const clear = database.prepare("DELETE FROM document");
  // 4,352 characters a row; a row with a surplus of tokens is looked at character by character.
  const width = 0x1100;
  const tokensOf = (text: string): unknown => {
    clear.run();
    insert.run(1, text);
    return count.get()?.tokens;
  };
  for (let first = 0; first < 0x110000; first += width) {
    const characters = Array.from({ length: width }, (_, index) => first + index).filter((code) =>
      !isSurrogate(code)
    )
      .map((code) => `a${String.fromCodePoint(code)}b`);
    if (tokensOf(characters.join(" ")) === characters.length) continue;
    for (const token of characters) if (tokensOf(token) !== 1) splitting.push(token.codePointAt(1) ?? -1);
  }
  assert.deepEqual(splitting, [0, 0x20]);
  database.close();
});

Deno.test("FTS5 keeps the tokens of every character as they are: our folding is one it has nothing to add to", () => {
  const database = newIndex();
  const tokens = new Set<string>();
  for (let code = 0; code < 0x110000; code++) {
    if (isSurrogate(code)) continue;
    for (const token of analyze(`a${String.fromCodePoint(code)}`).words) tokens.add(token);
  }
  database.prepare("INSERT INTO document (text) VALUES (?)").run([...tokens].join(" "));
  const kept = new Set(
    database.prepare("SELECT DISTINCT term FROM token").all().map(({ term }) => String(term)),
  );
  const changed = [...tokens].filter((token) => !kept.has(token));
  assert.deepEqual(changed, []);
  assert.equal(kept.size, tokens.size);
  assert.ok(tokens.size > 100_000);
  database.close();
});

function newIndex(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  database.exec(`CREATE VIRTUAL TABLE document USING fts5 (text, tokenize = "${FTS5_TOKENIZER}")`);
  database.exec("CREATE VIRTUAL TABLE token USING fts5vocab (document, instance)");
  return database;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xe000;
}
