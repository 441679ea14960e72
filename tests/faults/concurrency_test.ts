import assert from "node:assert/strict";
import { type Home, newHome } from "../e2e/support/program.ts";
import { integrity } from "../support/database.ts";
import { join } from "node:path";
import { startSession } from "./session.ts";

const SAVES = 50;
const AGENTS = 4;
const PEOPLE = 2;

/** Saves over one MCP session, one call after the other. */
async function saveAsAgent(home: Home, who: string): Promise<void> {
  const session = await startSession(home);
  for (let n = 0; n < SAVES; n++) {
    const memory = {
      content: `gathered by ${who}, number ${n}`,
      subject: `note ${n} of ${who}`,
      summary: "a note",
    };
    const answer = await session.call("save_observation", memory);
    assert.equal(answer?.isError, false, answer?.text);
  }
  assert.equal(await session.end(), 0);
}

/** Saves on the command line, a process for each memory. */
async function saveAsPerson(home: Home, who: string): Promise<void> {
  for (let n = 0; n < SAVES; n++) await home.ok(["save", `gathered by ${who}, number ${n}`]);
}

Deno.test("six processes save 50 memories each at once, and all 300 are found", async () => {
  using home = newHome();
  // Nobody has made the database yet, so they also race for that.
  await Promise.all([
    ...Array.from({ length: AGENTS }, (_, n) => saveAsAgent(home, `agent${n}`)),
    ...Array.from({ length: PEOPLE }, (_, n) => saveAsPerson(home, `person${n}`)),
  ]);
  const { memories } = JSON.parse(await home.ok(["search", "gathered", "--limit", "1000", "--json"]));
  const contents = new Set(memories.map(({ content }: { content: string }) => content));
  assert.equal(contents.size, (AGENTS + PEOPLE) * SAVES);
  assert.deepEqual(integrity(join(home.state, "kioku.db")), ["ok"]);
});

Deno.test("eight processes make one database at once", async () => {
  for (let round = 0; round < 4; round++) {
    using home = newHome();
    await Promise.all(Array.from({ length: 8 }, (_, n) => home.ok(["save", `gathered number ${n}`])));
    const { memories } = JSON.parse(await home.ok(["search", "gathered", "--json"]));
    assert.equal(memories.length, 8, `round ${round}`);
  }
});
