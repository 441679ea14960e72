import assert from "node:assert/strict";
import { isAtHome, keepAtHome } from "../../../lib/memory/at_home.ts";
import { deleteMemory } from "../../../lib/memory/delete.ts";
import { findMemory } from "../../../lib/memory/find.ts";
import { mergeObservation } from "../../../lib/memory/records.ts";
import { replaceMemory, revisable, reviseMemory } from "../../../lib/memory/revise.ts";
import { isQueued } from "../../../lib/store/outbox.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { observationOf, testId } from "../../support/observations.ts";

type Fields = Parameters<typeof observationOf>[0];

function holding(...records: Fields[]): TestContext {
  const context = testContext({ settings: { userId: "alice", teamId: "acme" } });
  context.store.write(() => {
    for (const [n, fields] of records.entries()) {
      mergeObservation(context.store, observationOf({ id: testId(n), ...fields }), context.clock());
    }
  });
  return context;
}

Deno.test("a changed memory replaces the old one; what was not changed stays, as does its scope", () => {
  const scope = { tier: "team", id: "acme" } as const;
  const old = {
    scope,
    content: "x",
    subject: "s",
    project: "p",
    tags: ["a"],
    memoryType: "bug",
    importance: 4,
    sourceFiles: ["f"],
    references: ["#1"],
  } as const;
  using context = holding({ ...old });
  const revised = reviseMemory(context, revisable(context, testId(0)), { summary: "new" }, false);
  assert.ok(revised !== undefined);
  const { observation } = revised;
  assert.equal(observation.summary, "new");
  for (const [name, value] of Object.entries(old)) {
    assert.deepEqual(Object.entries(observation).find(([key]) => key === name)?.[1], value, name);
  }
  assert.equal(observation.author.pcId, context.identity.pcId);
  const found = findMemory(context, testId(0));
  assert.deepEqual([found.state, found.supersededBy], ["superseded", [observation.id]]);
  assert.throws(() => revisable(context, testId(0)), new RegExp(`superseded.*${observation.id}`));
});

Deno.test("nothing different is nothing saved", () => {
  using context = holding({ tags: ["a"], expiresAt: 4_000_000_000_000_000 });
  const old = revisable(context, testId(0));
  const same = { content: old.content, tags: ["a"], expiresAt: old.expiresAt };
  assert.equal(reviseMemory(context, old, same, false), undefined);
  assert.equal(findMemory(context, testId(0)).state, "live");
  const forever = reviseMemory(context, old, { expiresAt: undefined }, false);
  assert.equal(forever?.observation.expiresAt, undefined);
});

Deno.test("what the old one had replaced stays replaced, also when the old one is deleted", () => {
  using context = holding({}, { supersedes: [testId(0)] });
  reviseMemory(context, revisable(context, testId(1)), { subject: "new" }, false);
  deleteMemory(context, testId(1), "");
  assert.equal(findMemory(context, testId(0)).state, "superseded");
});

Deno.test("subject and summary that were taken from the content are taken from the new one", () => {
  using context = holding(
    { content: "Old title\n\nOld text.", subject: "Old title", summary: "my own" },
  );
  const changed = { content: "New title\n\nNew text." };
  const revised = reviseMemory(context, revisable(context, testId(0)), changed, false);
  assert.deepEqual([revised?.observation.subject, revised?.observation.summary], ["New title", "my own"]);
});

Deno.test("a memory that is kept to this host is still kept once it is changed; others go out", () => {
  using local = holding({}, {});
  keepAtHome(local.store);
  local.store.run("DELETE FROM at_home WHERE id = ?", testId(1));
  const context = { ...local, settings: { ...local.settings, mode: "spoke" as const } };
  for (const [n, kept] of [[0, true], [1, false]] as const) {
    const revised = reviseMemory(context, revisable(context, testId(n)), { tags: ["t"] }, false);
    const id = revised?.observation.id ?? "";
    assert.equal(isAtHome(context.store, id, "mesh"), kept);
    assert.equal(isQueued(context.store, "observation", id, "mesh"), !kept);
  }
});

Deno.test("an empty text, a secret, and a memory that was changed meanwhile are refused", () => {
  using context = holding({});
  const old = revisable(context, testId(0));
  assert.throws(() => reviseMemory(context, old, { content: " " }, false), /the content is empty/);
  const secret = ["gh", "p_", "x7Kq0ZrT9mWc3vLb8", "NyPa1dHs5GfUj2eRo4i"].join("");
  assert.throws(() => reviseMemory(context, old, { content: `the token is ${secret}` }, false), /secret/);
  reviseMemory(context, old, { subject: "first" }, false);
  assert.throws(() => reviseMemory(context, old, { subject: "second" }, false), /it is superseded/);
});

Deno.test("replacing by a memory that is there: both give way to a copy that says so, once", () => {
  using context = holding({ content: "loser" }, { content: "winner" }, {
    content: "elsewhere",
    scope: { tier: "user", id: "alice" },
  });
  const [loser, winner, elsewhere] = [0, 1, 2].map((n) => revisable(context, testId(n)));
  assert.ok(loser && winner && elsewhere);
  assert.throws(() => replaceMemory(context, loser, loser, false), /with itself/);
  assert.throws(() => replaceMemory(context, loser, elsewhere, false), /different scopes/);
  const copy = replaceMemory(context, loser, winner, false)?.observation;
  assert.equal(copy?.content, "winner");
  assert.deepEqual(findMemory(context, loser.id).supersededBy, [copy?.id]);
  assert.deepEqual(findMemory(context, winner.id).supersededBy, [copy?.id]);
  assert.ok(copy && replaceMemory(context, loser, copy, false) === undefined);
});
