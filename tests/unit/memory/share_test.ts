import assert from "node:assert/strict";
import { isAtHome, keepAtHome } from "../../../lib/memory/at_home.ts";
import { backfill, scanForBackfill } from "../../../lib/memory/backfill.ts";
import { deleteMemory } from "../../../lib/memory/delete.ts";
import { mergeObservation } from "../../../lib/memory/records.ts";
import { keptByProject, share, storedByProject } from "../../../lib/memory/share.ts";
import { sharing } from "../../../lib/memory/sharing.ts";
import { enqueue } from "../../../lib/store/outbox.ts";
import { text } from "../../../lib/store/row.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { observationOf, testId } from "../../support/observations.ts";

const PROJECTS = ["shop", "shop", "home", ""];

/** A local memory with four records, the second of which is deleted. */
function stored(): TestContext {
  const context = testContext();
  const { store, clock } = context;
  store.write(() => {
    for (const [n, project] of PROJECTS.entries()) {
      mergeObservation(store, observationOf({ id: testId(n), project, summary: "s" }), clock());
    }
  });
  deleteMemory(context, testId(1), "");
  return context;
}

/** The same memory once its host has joined a mesh. */
function joined({ settings, ...context }: TestContext) {
  keepAtHome(context.store);
  return { ...context, settings: { ...settings, mode: "spoke" as const } };
}

function waiting({ store }: Pick<TestContext, "store">): string[] {
  return store.all(
    "SELECT kind, id FROM outbox ORDER BY row",
    [],
    (row) => `${text(row, "kind")} ${text(row, "id")}`,
  )
    .sort();
}

Deno.test("what is shared is what was chosen, deletions with it, once; the rest stays", () => {
  using local = stored();
  const host = joined(local);
  assert.deepEqual(waiting(host), [], "joining alone publishes nothing");
  assert.deepEqual(keptByProject(host.store), storedByProject(host.store));
  assert.equal(share(host.store, [], host.clock()), 0);
  assert.deepEqual(waiting(host), []);
  assert.equal(share(host.store, ["shop"], host.clock()), 2);
  const shop = [`observation ${testId(0)}`, `observation ${testId(1)}`, `tombstone ${testId(1)}`].sort();
  assert.deepEqual(waiting(host), shop);
  assert.equal(share(host.store, ["shop"], host.clock()), 0);
  assert.deepEqual(keptByProject(host.store).map(({ name }) => name).sort(), ["", "home"]);
  host.store.run("DELETE FROM outbox");
  assert.equal(share(host.store, "all", host.clock()), 2);
  assert.deepEqual(waiting(host), [`observation ${testId(2)}`, `observation ${testId(3)}`].sort());
  assert.equal(keptByProject(host.store).length, 0);
});

Deno.test("a tombstone alone goes out with all, not with a project", () => {
  using local = stored();
  local.store.run("DELETE FROM observation WHERE id = ?", testId(1));
  const host = joined(local);
  share(host.store, ["shop"], host.clock());
  assert.deepEqual(waiting(host), [`observation ${testId(0)}`]);
  share(host.store, "all", host.clock());
  assert.ok(waiting(host).includes(`tombstone ${testId(1)}`));
});

Deno.test("the copy that completes a record which is kept here is kept here too", () => {
  using local = stored();
  local.store.write(() => mergeObservation(local.store, observationOf({ id: testId(9) }), local.clock()));
  const host = joined(local);
  const plan = scanForBackfill(host, undefined).plans.find(({ old }) => old.id === testId(9));
  assert.ok(plan);
  const copy = backfill(host, plan);
  assert.ok(isAtHome(host.store, copy.id, "mesh"));
  assert.deepEqual(waiting(host), []);
  share(host.store, "all", host.clock());
  assert.ok(!isAtHome(host.store, copy.id, "mesh"));
  assert.ok(waiting(host).includes(`observation ${copy.id}`));
});

Deno.test("what waits is told with its reason: no peer, or a scope that is not declared", () => {
  using local = stored();
  assert.equal(sharing(local, () => false), undefined, "in no mesh");
  const host = joined(local);
  assert.match(sharing(host, () => false)?.warning ?? "", /no peer runs/);
  assert.equal(sharing(host, () => true)?.warning, undefined);
  share(host.store, ["home"], host.clock());
  assert.match(sharing(host, () => false)?.warning ?? "", /not shared yet.* 1 waiting since 2026-/);
  assert.equal(sharing(host, () => true)?.warning, undefined, "it is on its way");
  const undeclared = { ...host, settings: { ...host.settings, declared: ["team/acme"] } };
  assert.match(sharing(undeclared, () => true)?.warning ?? "", /^1 of mesh stay here: .*scope add mesh/);
  host.store.write(() => {
    mergeObservation(host.store, observationOf({ id: testId(8) }), host.clock());
    enqueue(host.store, "observation", testId(8), "mesh", host.clock());
    const flag = "INSERT INTO secret_flag (id, scope, rule, field) VALUES (?, 'mesh', 'r', 'content')";
    host.store.run(flag, testId(8));
  });
  assert.match(sharing(host, () => true)?.warning ?? "", /^1 are held back .*kioku-mesh secrets/);
});
