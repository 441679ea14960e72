import assert from "node:assert/strict";
import { damageIndex, integrity } from "../support/database.ts";
import { seededNumbers } from "../support/random.ts";
import { filledHome } from "./trouble.ts";

Deno.test("a damaged search index stops nothing: search says so and still finds, and reindex heals it", async () => {
  using home = filledHome(40);
  damageIndex(home.database, seededNumbers(3), 1);
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
