import assert from "node:assert/strict";
import { join } from "node:path";
import { newHome } from "../e2e/support/program.ts";
import { integrity, rowsOf } from "../support/database.ts";
import { seededNumbers } from "../support/random.ts";
import { type Session, startSession } from "./session.ts";

/** How often the program is killed; `deno task soak` asks for more. */
const ROUNDS = Number(Deno.env.get("KIOKU_ROUNDS") ?? "20");
const SEED = Number(Deno.env.get("KIOKU_SEED") ?? "1");

/** How many calls are on their way at once. */
const CALLS = 40;

/** What was acknowledged, over all rounds. */
class Ledger {
  readonly saved = new Set<string>();
  readonly deleted = new Set<string>();
  /** Deletions that were asked for and not answered: both outcomes are right. */
  readonly asked = new Set<string>();
}

/** Saves and deletes without waiting between the calls, and kills the server when `fatal` of them are answered. */
async function round(
  session: Session,
  number: number,
  fatal: number,
  next: () => number,
  ledger: Ledger,
): Promise<void> {
  let answers = 0;
  let killed: Promise<void> | undefined;
  const note = (take: () => void) => {
    take();
    if (++answers === fatal) killed = session.kill();
  };
  const save = async (n: number) => {
    const content = `memory ${number}.${n} ` + "text ".repeat(Math.floor(next() ** 3 * 4000));
    const answer = await session.call("save_observation", {
      content,
      subject: `subject ${n} of ${number}`,
      summary: "s",
    });
    if (answer === undefined) return;
    assert.equal(answer.isError, false, answer.text);
    note(() => ledger.saved.add(String(answer.structure.observation_id)));
  };
  const remove = async (id: string) => {
    ledger.asked.add(id);
    const answer = await session.call("delete_memory", { observation_id: id });
    if (answer === undefined) return;
    assert.equal(answer.isError, false, answer.text);
    note(() => ledger.deleted.add(id));
  };
  const old = [...ledger.saved].filter((id) => !ledger.asked.has(id));
  const calls = Array.from({ length: CALLS }, (_, n) => {
    const victim = next() < 0.3 ? old.splice(Math.floor(next() * old.length), 1)[0] : undefined;
    return victim === undefined ? save(n) : remove(victim);
  });
  await Promise.all(calls);
  await (killed ?? session.kill());
}

Deno.test(`what was acknowledged before kill -9 is there, ${ROUNDS} times`, async () => {
  using home = newHome();
  const path = join(home.state, "kioku.db");
  const next = seededNumbers(SEED);
  const ledger = new Ledger();
  for (let number = 0; number < ROUNDS; number++) {
    const where = `KIOKU_SEED=${SEED}, round ${number}`;
    const session = await startSession(home);
    await round(session, number, 1 + Math.floor(next() * CALLS), next, ledger);
    const states = new Map(
      rowsOf(path, "SELECT id, state FROM observation").map(([id, state]) => [String(id), state]),
    );
    for (const id of ledger.saved) {
      if (ledger.deleted.has(id)) assert.equal(states.get(id), 1, `${where}: ${id} was deleted`);
      else if (ledger.asked.has(id)) {
        assert.ok([0, 1].includes(Number(states.get(id))), `${where}: ${id} is there`);
      } else assert.equal(states.get(id), 0, `${where}: ${id} was saved`);
    }
    assert.deepEqual(integrity(path), ["ok"], where);
  }
  assert.ok(ledger.saved.size > ROUNDS && ledger.deleted.size > ROUNDS / 4, "the loop saved and deleted");
  const indexed = rowsOf(path, "SELECT rowid FROM search_index ORDER BY rowid");
  assert.deepEqual(indexed, rowsOf(path, "SELECT row FROM observation WHERE state = 0 ORDER BY row"));
});
