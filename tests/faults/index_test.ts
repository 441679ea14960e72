import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { integrity } from "../support/database.ts";
import { seededNumbers } from "../support/random.ts";
import { filledHome } from "./trouble.ts";

/** Writes noise into every part of the search index. */
function damageIndex(path: string, seed: number): void {
  const next = seededNumbers(seed);
  const db = new DatabaseSync(path);
  const change = db.prepare("UPDATE search_index_data SET block = ? WHERE id = CAST(? AS INTEGER)");
  for (
    const { id, block } of db.prepare("SELECT CAST(id AS TEXT) AS id, block FROM search_index_data").all()
  ) {
    if (block instanceof Uint8Array && typeof id === "string") {
      change.run(block.map(() => Math.floor(next() * 256)), id);
    }
  }
  db.close();
}

Deno.test("a damaged search index stops nothing: search says so and still finds, and reindex heals it", async () => {
  using home = filledHome(40);
  damageIndex(home.database, 3);
  const saved = await home.ok(["save", "a memory that is saved past a damaged index"]);
  assert.match(saved, /^saved: [0-9a-f]{32} /);
  for (
    const [words, expected] of [["saved past", /a memory that is saved past/], [
      "設計 13",
      /設計 13/,
    ]] as const
  ) {
    const { code, stdout, stderr } = await home.run(["search", words]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, expected);
    assert.match(stderr, /search index.*kioku-mesh reindex/);
  }
  assert.match(await home.ok(["salvage"]), /kioku-mesh reindex/);
  await home.ok(["reindex"]);
  const { stdout, stderr } = await home.run(["search", "saved past"]);
  assert.match(stdout, /a memory that is saved past/);
  assert.equal(stderr, "");
  assert.match(await home.ok(["search", "設計 13"]), /設計 13/);
  assert.deepEqual(integrity(home.database), ["ok"]);
});
