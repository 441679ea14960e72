import assert from "node:assert/strict";
import { MESH, scopeLabel } from "../../../../lib/core/scope.ts";
import { keepAtHome } from "../../../../lib/memory/at_home.ts";
import { deleteMemory } from "../../../../lib/memory/delete.ts";
import { exportRecords } from "../../../../lib/memory/export.ts";
import { findMemory } from "../../../../lib/memory/find.ts";
import type { Entry, Note } from "../../../../lib/memory/intake/entry.ts";
import { readExported } from "../../../../lib/memory/intake/exported.ts";
import { type Intake, takeEntries } from "../../../../lib/memory/intake/take.ts";
import { emptyTally, type Tally } from "../../../../lib/memory/intake/tally.ts";
import { markdownFile } from "../../../../lib/memory/markdown.ts";
import type { Observation } from "../../../../lib/memory/observation.ts";
import { mergeObservation, mergeTombstone, observationKey } from "../../../../lib/memory/records.ts";
import { reviseMemory } from "../../../../lib/memory/revise.ts";
import { searchMemories } from "../../../../lib/memory/search/search.ts";
import { listFlags } from "../../../../lib/memory/secrets/flags.ts";
import { formatTombstone } from "../../../../lib/memory/tombstone.ts";
import { outboxDepth } from "../../../../lib/store/outbox.ts";
import { quarantineCount } from "../../../../lib/store/quarantine.ts";
import { openStore } from "../../../../lib/store/open.ts";
import { testClock } from "../../../support/clock.ts";
import { tempFolder } from "../../../support/folder.ts";
import { type TestContext, testContext } from "../../../support/context.ts";
import { observationOf, TEST_AUTHOR, testId } from "../../../support/observations.ts";

const SECRET = ["gh", "p_", "x7Kq0ZrT9mWc3vLb8", "NyPa1dHs5GfUj2eRo4i"].join("");

function note(content: string, more: Partial<Note> = {}): Entry {
  const said: Note = {
    format: "mcp-memory",
    name: "Ada",
    source: "~/memory.json",
    subject: "Ada",
    content,
    tags: [],
    memoryType: "note",
    project: "",
    references: [],
    createdAt: undefined,
    ...more,
  };
  return { kind: "note", where: "here", note: said };
}

function record(observation: Observation): Entry {
  return { kind: "record", where: "here", key: observationKey(observation), payload: observation.payload };
}

type Counts = Partial<Omit<Tally, "problems">>;

/** Takes entries and compares what was counted; what is not named has to be 0. Gives the problems' kinds. */
function take(
  context: Parameters<typeof takeEntries>[0],
  entries: readonly Entry[],
  expected: Counts,
  more: Partial<Intake> = {},
): string[] {
  const tally = emptyTally();
  const intake = { dryRun: false, allowSecret: false, scope: MESH, ...more };
  takeEntries(context, entries, "file", intake, tally, () => {});
  const { problems, ...counts } = tally;
  assert.deepEqual(counts, { ...zeros(), ...expected });
  return problems.map(({ kind }) => kind);
}

function zeros(): Counts {
  const { problems: _, ...counts } = emptyTally();
  return counts;
}

function shown(context: TestContext): string[] {
  const page = searchMemories(context, {
    query: "",
    mode: undefined,
    filters: {},
    limit: 100,
    includeSuperseded: false,
    cursor: undefined,
  });
  return page.hits.map(({ stored }) => stored.observation.content).sort();
}

function only(context: TestContext): Observation {
  const [observation, ...more] = context.store.all(
    "SELECT id FROM observation WHERE state = 0",
    [],
    (row) => findMemory(context, String(row.id)),
  ).filter(({ state }) => state === "live").map(({ stored }) => stored.observation);
  assert.ok(observation !== undefined && more.length === 0);
  return observation;
}

Deno.test("a note is taken once; changed it takes the place of what was taken, back again too", () => {
  using context = testContext();
  take(context, [note("one")], { added: 1 }, { dryRun: true });
  assert.deepEqual(shown(context), [], "a dry run takes nothing");
  take(context, [note("one")], { added: 1 });
  take(context, [note("one"), note("one")], { known: 2 });
  take(context, [note("two")], { added: 1, replacing: 1 });
  assert.deepEqual(shown(context), ["two"]);
  take(context, [note("one")], { added: 1, replacing: 1 });
  take(context, [note("one")], { known: 1 });
  assert.deepEqual(shown(context), ["one"]);
  const { references, sourceFiles, author } = only(context);
  assert.deepEqual([references, sourceFiles], [["mcp-memory:Ada"], ["~/memory.json"]]);
  assert.equal(author.pcId, context.identity.pcId);
});

Deno.test("a file of nothing adds nothing", () => {
  using folder = tempFolder();
  const store = openStore(folder.at("kioku.db"), testClock());
  using context = testContext({ store });
  take(context, [], {});
});

Deno.test("another file's note of the same name is another note, unless it says the same", () => {
  using context = testContext();
  take(context, [note("one")], { added: 1 });
  take(context, [note("one", { source: "~/moved.json" })], { known: 1 });
  take(context, [note("other", { source: "~/moved.json" })], { added: 1 });
  assert.deepEqual(shown(context), ["one", "other"]);
});

Deno.test("what another host took of the same file is known; what it took of another state is left alone", () => {
  using here = testContext();
  using there = testContext({ identity: { pcId: "f".repeat(32) }, seed: 2 });
  take(there, [note("one")], { added: 1 });
  const lines = [...exportRecords(there.store, {})].map((one): Entry => ({
    ...one,
    kind: "record",
    where: "",
  }));
  take(here, lines, { added: 1 });
  take(here, [note("one")], { known: 1 });
  take(here, [note("two")], { added: 1 });
  assert.deepEqual(shown(here), ["one", "two"]);
});

Deno.test("what was edited, replaced or deleted here stays as it is here", () => {
  using edited = testContext();
  take(edited, [note("one")], { added: 1 });
  reviseMemory(edited, only(edited), { content: "mine" }, false);
  take(edited, [note("one")], { kept: 1 });
  take(edited, [note("two")], { kept: 1 });
  assert.deepEqual(shown(edited), ["mine"]);
  using deleted = testContext();
  take(deleted, [note("one")], { added: 1 });
  deleteMemory(deleted, only(deleted).id, "");
  take(deleted, [note("one")], { kept: 1 });
  deleted.store.run("DELETE FROM observation");
  take(deleted, [note("one")], { kept: 1 }, { dryRun: true });
  take(deleted, [note("one")], { kept: 1 });
});

Deno.test("a note with a secret is refused and stops nothing; allowed it is taken", () => {
  using context = testContext();
  const entries = [note(`token ${SECRET}`), note("fine", { name: "Bob" }), note("", { name: "Empty" })];
  assert.deepEqual(take(context, entries, { added: 1 }, { dryRun: true }), ["refused", "unreadable"]);
  assert.deepEqual(take(context, entries, { added: 1 }), ["refused", "unreadable"]);
  assert.deepEqual(take(context, entries, { added: 1, known: 1 }, { allowSecret: true }), ["unreadable"]);
  assert.equal(shown(context).length, 2);
  assert.deepEqual(listFlags(context.store), []);
});

Deno.test("a note's time is the file's, but never to come; its scope is the one that was chosen", () => {
  using context = testContext({ settings: { userId: "alice" } });
  const scope = { tier: "user", id: "alice" } as const;
  take(context, [note("one", { createdAt: 5 }), note("two", { name: "B", createdAt: 8e15 })], { added: 2 }, {
    scope,
  });
  const found = context.store.all(
    "SELECT created_at AS at, scope FROM observation ORDER BY row",
    [],
    (row) => row,
  );
  assert.equal(found[0]?.at, 5);
  assert.ok(Number(found[1]?.at) < context.clock());
  assert.equal(found[0]?.scope, scopeLabel(scope));
});

Deno.test("records come as they are, once; those of others and those that make no sense are counted", () => {
  using context = testContext();
  const one = observationOf({ id: testId(1), content: "one" });
  const foreign = observationOf({ id: testId(2), scope: { tier: "user", id: "bob" } });
  const deletion = {
    kind: "record",
    where: "",
    key: observationKey(one).replace("/obs/", "/tomb/"),
    payload: formatTombstone(one.id, "", 5).payload,
  } as const;
  const wrong: Entry = { kind: "record", where: "", key: "mem/nonsense", payload: "{}" };
  const broken: Entry = { ...deletion, key: observationKey(observationOf({ id: testId(3) })), payload: "{" };
  const entries = [record(one), record(foreign), wrong, broken];
  assert.deepEqual(take(context, entries, { added: 1, otherScopes: 1 }, { dryRun: true }), [
    "unreadable",
    "unreadable",
  ]);
  assert.equal(quarantineCount(context.store), 0);
  assert.deepEqual(take(context, entries, { added: 1, otherScopes: 1 }), ["unreadable", "unreadable"]);
  assert.equal(quarantineCount(context.store), 1);
  take(context, [record(one), deletion], { known: 1, deleted: 1 });
  take(context, [record(one), deletion], { known: 2 });
  assert.equal(findMemory(context, one.id).state, "tombstoned");
  context.store.run("DELETE FROM observation");
  take(context, [record(one), deletion], { kept: 1, known: 1 });
});

Deno.test("a record with a secret is taken, and kept from the mesh unless it is allowed", () => {
  for (const allowSecret of [false, true]) {
    using context = testContext();
    const entry = record(observationOf({ id: testId(1), content: `token ${SECRET}` }));
    const problems = take(context, [entry], { added: 1 }, { allowSecret });
    assert.deepEqual(problems, allowSecret ? [] : ["flagged"]);
    assert.equal(listFlags(context.store).length, allowSecret ? 0 : 1);
  }
});

Deno.test("in a mesh what is taken goes out; what was kept to this host stays", () => {
  using local = testContext();
  const kept = observationOf({ id: testId(1), content: "kept" });
  local.store.write(() => mergeObservation(local.store, kept, local.clock()));
  keepAtHome(local.store);
  const context = { ...local, settings: { ...local.settings, mode: "spoke" as const } };
  const fresh = observationOf({ id: testId(2), content: "fresh" });
  const text = markdownFile(kept).replace("\nkept\n", "\nedited\n");
  take(context, [record(kept), record(fresh), note("a note"), ...readExported(text, "x.md")], {
    added: 3,
    known: 1,
    replacing: 1,
  });
  assert.equal(outboxDepth(context.store).waiting, 2);
});

Deno.test("an exported memory that was edited takes the place of the one here, and can be edited again", () => {
  using context = testContext();
  const old = observationOf({ id: testId(1), content: "first", supersedes: [testId(9)] });
  context.store.write(() => mergeObservation(context.store, old, context.clock()));
  const file = (content: string) =>
    readExported(markdownFile(old).replace("\nfirst\n", `\n${content}\n`), "x.md");
  take(context, [...file("first")], { known: 1 });
  take(context, [...file("second")], { added: 1, replacing: 1 });
  take(context, [...file("second")], { known: 1 });
  assert.deepEqual(only(context).supersedes.toSorted(), [testId(1), testId(9)].toSorted());
  take(context, [...file("third")], { added: 1, replacing: 1 });
  take(context, [...file("second")], { added: 1, replacing: 1 });
  take(context, [...file("second")], { known: 1 });
  take(context, [...file("first")], { known: 1 }, {});
  assert.deepEqual(shown(context), ["second"]);
  reviseMemory(context, only(context), { content: "here" }, false);
  take(context, [...file("fourth")], { kept: 1 });
  deleteMemory(context, only(context).id, "");
  assert.deepEqual(shown(context), ["second"]);
});

Deno.test("an exported memory comes to a new machine as the record it is, edited or not; deleted it stays away", () => {
  const old = observationOf({ id: testId(1), content: "first" });
  const file = (content: string) =>
    readExported(markdownFile(old).replace("\nfirst\n", `\n${content}\n`), "x.md");
  using fresh = testContext();
  take(fresh, [...file("first")], { added: 1 });
  assert.equal(only(fresh).payload, old.payload);
  using edited = testContext();
  take(edited, [...file("second")], { added: 1, replacing: 1 });
  take(edited, [...file("second")], { known: 1 });
  take(edited, [...file("third")], { added: 1, replacing: 1 });
  edited.store.write(() => mergeObservation(edited.store, old, edited.clock()));
  assert.deepEqual(shown(edited), ["third"], "the old one comes later and is replaced already");
  using deleted = testContext();
  deleted.store.write(() => mergeTombstone(deleted.store, formatTombstone(old.id, "", 5), MESH, TEST_AUTHOR));
  take(deleted, [...file("first"), ...file("second")], { kept: 2 });
  const elsewhere = observationOf({ id: testId(2), scope: { tier: "team", id: "acme" } });
  take(deleted, [...readExported(markdownFile(elsewhere).replace("a content", "b"), "x.md")], {
    otherScopes: 1,
  });
});
