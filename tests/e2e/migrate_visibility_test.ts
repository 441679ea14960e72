import assert from "node:assert/strict";
import { openStore } from "../../lib/store/open.ts";
import { ingest } from "../../lib/memory/ingest.ts";
import { testId } from "../support/observations.ts";
import { pythonPayload } from "../support/python_files.ts";
import { type Home, newHome } from "./support/program.ts";

Deno.test("migrate-visibility moves this host's own memories without a tier to a user, when told so", async () => {
  using home = newHome({ KIOKU_MESH_USER_ID: "alice" });
  await home.ok(["init", "--mode", "spoke", "--connect", "tcp/127.0.0.1:1"]);
  await home.ok(["status"]);
  const pc = Deno.readTextFileSync(`${home.state}/pc_id`).trim();
  addLegacy(home, testId(1), pc);
  addLegacy(home, testId(2), "f".repeat(32));
  const migrate = (...args: readonly string[]) => home.run(["migrate-visibility", "--to", "user", ...args]);

  const dry = await migrate("--dry-run");
  assert.equal(dry.stdout, "would be moved: 1 memories to user/alice.\n");
  assert.match(dry.stderr, /1 memories without a tier were written on other hosts/);
  assert.equal((await migrate()).code, 2, "without a terminal it has to be told");
  const done = await migrate("--yes", "--json");
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(JSON.parse(done.stdout), { memories: 1, others: 1, to: "user/alice", dry_run: false });
  assert.equal((await home.run(["get", testId(1)])).code, 1);
  assert.equal((await home.run(["get", testId(2)])).code, 0);
  assert.match(await home.ok(["search", "content", "--json"]), /user/);

  for (const to of ["user/bob", "team/acme", "everybody"]) {
    const wrong = await home.run(["migrate-visibility", "--to", to, "--yes"]);
    assert.equal(wrong.code, 2, to);
    assert.match(wrong.stderr, /^error: Cannot /);
  }
});

function addLegacy(home: Home, id: string, pc: string): void {
  const store = openStore(`${home.state}/kioku.db`, () => 1);
  const key = `mem/obs/claude/alice@mbp/${pc}/20260101T000000Z-0a1b2c3d/${id}`;
  const payload = pythonPayload(id, { visibility: "", scope_id: "", pc_id: pc });
  store.write(() => assert.equal(ingest(store, { key, payload }, { now: 1, republish: false }), "added"));
  store.close();
}
