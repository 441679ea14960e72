import assert from "node:assert/strict";
import { PAGE } from "../../lib/store/log.ts";
import { rowsOf } from "../support/database.ts";
import { seededNumbers } from "../support/random.ts";
import { startSession } from "./session.ts";
import { assertRefused, filledHome } from "./trouble.ts";

const SALVAGE = /the file is damaged\. Nothing was changed; run `kioku-mesh salvage`/;
const VARIANTS = 30;

/** A call of each command that works on the memory. */
const CALLS: readonly (readonly string[])[] = [
  ["save", "something new"],
  ["search", "設計"],
  ["search", ""],
  ["get", "0".repeat(32)],
  ["delete", "0".repeat(32)],
  ["status"],
  ["gc"],
  ["gc-observations"],
  ["backfill-metadata"],
  ["import"],
  ["quarantine"],
  ["secrets"],
  ["drain", "--pending"],
  ["reindex"],
  ["mcp", "serve"],
];

Deno.test("on a database that cannot be opened, every command says so in one line and changes nothing", async () => {
  using home = filledHome(30);
  const bytes = Deno.readFileSync(home.database);
  bytes.fill(0xa5, 0, 100);
  Deno.writeFileSync(home.database, bytes);
  for (const call of CALLS) {
    assertRefused(await home.run(call), SALVAGE, call.join(" "));
    assert.deepEqual(Deno.readFileSync(home.database), bytes, call.join(" "));
  }
  // What SQLite leaves of a log that it could not use holds nothing.
  assert.equal(Deno.readFileSync(`${home.database}-wal`).length, 0);
});

Deno.test("damage that is met in the middle of the work is told in the same way", async () => {
  using home = filledHome(120);
  const root = rowsOf(home.database, "SELECT rootpage FROM sqlite_schema WHERE name = 'observation'")[0]?.[0];
  const bytes = Deno.readFileSync(home.database);
  bytes.fill(0xa5, (Number(root) - 1) * PAGE, Number(root) * PAGE);
  Deno.writeFileSync(home.database, bytes);
  const [id = ""] = home.live;
  for (const call of [["search", ""], ["get", id], ["delete", id], ["save", "something new"]]) {
    assertRefused(await home.run(call), SALVAGE, call.join(" "));
    assert.deepEqual(Deno.readFileSync(home.database), bytes, call.join(" "));
  }
});

Deno.test(`of ${VARIANTS} databases with one wrong bit each works or says what is wrong, and salvage brings all but a page back`, async () => {
  using home = filledHome(120);
  const sound = Deno.readFileSync(home.database);
  const total = rowsOf(home.database, "SELECT count(*) FROM observation")[0]?.[0];
  let refused = 0;
  for (let seed = 1; seed <= VARIANTS; seed++) {
    const next = seededNumbers(seed);
    const at = placeToDamage(seed, sound.length, next);
    const bytes = sound.slice();
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(next() * 8));
    Deno.writeFileSync(home.database, bytes);
    const what = `seed ${seed}, byte ${at}`;
    const ended = await home.run(["search", "", "--limit", "1000", "--json"]);
    if (ended.code !== 0) {
      refused++;
      assertRefused(ended, /kioku-mesh salvage|Update kioku-mesh/, what);
      assert.deepEqual(Deno.readFileSync(home.database), bytes, what);
    }
    const { status } = JSON.parse(
      await home.ok(["salvage", "--json", ...(ended.code === 0 ? [] : ["--force"])]),
    );
    if (status === "salvaged") {
      const left = rowsOf(home.database, "SELECT count(*) FROM observation")[0]?.[0];
      // A page holds a few records; nothing else may be lost.
      assert.ok(Number(left) >= Number(total) - 12, `${what}: ${left} of ${total} are left`);
    }
    if (ended.code !== 0) assert.equal(status, "salvaged", what);
    await home.ok(["search", "", "--limit", "1000", "--json"]);
    for (const { name } of Deno.readDirSync(home.state)) {
      if (name.startsWith("kioku.db")) Deno.removeSync(`${home.state}/${name}`);
    }
  }
  assert.ok(refused >= 3, `${refused} of ${VARIANTS} were refused`);
});

// A third of them in the header, a third where a page says what it holds, a third anywhere.
function placeToDamage(seed: number, length: number, next: () => number): number {
  if (seed % 3 === 0) return Math.floor(next() * 60);
  if (seed % 3 === 1) return Math.floor(next() * length);
  return Math.floor(next() * length / PAGE) * PAGE + Math.floor(next() * 16);
}

Deno.test("a truncated database is refused, and salvage keeps what is left", async () => {
  using home = filledHome(120);
  const bytes = Deno.readFileSync(home.database);
  const cut = bytes.slice(0, Math.floor(bytes.length * 0.7));
  Deno.writeFileSync(home.database, cut);
  assertRefused(await home.run(["save", "something new"]), SALVAGE);
  const told = await home.ok(["salvage"]);
  assert.match(
    told,
    /^kept: \d+ memories, \d+ deletions, \d+ records in quarantine\n/,
  );
  const [, aside = ""] = /set aside: (.*)\n$/.exec(told) ?? [];
  assert.deepEqual(Deno.readFileSync(aside), cut);
  await home.ok(["save", "something new"]);
  assert.match(await home.ok(["search", "something new"]), /something new/);
});

Deno.test("salvage leaves a database alone that an MCP server uses", async () => {
  using home = filledHome(10);
  const before = Number(rowsOf(home.database, "SELECT count(*) FROM observation")[0]?.[0]);
  const session = await startSession(home);
  assertRefused(await home.run(["salvage", "--force"]), /another process uses the database/);
  const memory = { content: "still at work", subject: "still at work", summary: "still at work" };
  assert.equal((await session.call("save_observation", memory))?.isError, false);
  assert.equal(await session.end(), 0);
  const { kept } = JSON.parse(await home.ok(["salvage", "--force", "--json"]));
  assert.equal(kept.memories, before + 1);
});
