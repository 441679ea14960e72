import assert from "node:assert/strict";
import { pythonJson } from "../../../lib/core/json.ts";
import { parseRecordKey } from "../../../lib/core/keyspace.ts";
import { MESH, type Scope } from "../../../lib/core/scope.ts";
import { exportToPython } from "../../../lib/memory/export_python.ts";
import { exportMemories, exportRecords } from "../../../lib/memory/export.ts";
import { ingest } from "../../../lib/memory/ingest.ts";
import { mergeObservation, mergeTombstone } from "../../../lib/memory/records.ts";
import { formatTombstone, type Tombstone } from "../../../lib/memory/tombstone.ts";
import { at } from "../../support/clock.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { rowsOf, shortened } from "../../support/database.ts";
import { tempFolder } from "../../support/folder.ts";
import { live, take, tombstones } from "../../support/import.ts";
import { observationOf, TEST_AUTHOR, testId } from "../../support/observations.ts";
import { seededNumbers } from "../../support/random.ts";

const EVERYTHING = {};
const SETTINGS = { userId: "alice", teamId: "acme" };
const SCOPES: readonly Scope[] = [MESH, { tier: "user", id: "alice" }, { tier: "team", id: "acme" }];

Deno.test("what is exported for Python comes back byte for byte, deletions and tiers included", () => {
  for (let seed = 1; seed <= 5; seed++) {
    using context = filled(seed, 1_200);
    using folder = tempFolder();
    const done = exportToPython(context, folder.path);
    assert.equal(done.leftOut, 0, `seed ${seed}`);
    assert.equal(done.memories, count(context, "observation"), `seed ${seed}`);
    using back = testContext({ settings: SETTINGS });
    assert.deepEqual(take(back, folder).notices.filter((notice) => !/^Took over/.test(notice)), []);
    assert.deepEqual(everything(back), everything(context), `seed ${seed}`);
    assert(live(back).length > 500 && tombstones(back).length > 100, `seed ${seed}`);
  }
});

Deno.test("the records of an export are the same set when another host takes them", () => {
  for (let seed = 1; seed <= 5; seed++) {
    using context = filled(seed, 1_200);
    context.store.write(() => {
      const erased = observationOf({ id: testId(9_999), purged: true, content: "" });
      mergeObservation(context.store, erased, context.clock());
    });
    using back = testContext({ settings: SETTINGS });
    const lines = [...exportRecords(context.store, EVERYTHING)]
      .map(({ key, payload }) => JSON.stringify({ key, payload }));
    back.store.write(() => {
      for (const line of lines) ingest(back.store, JSON.parse(line), { now: back.clock(), republish: false });
    });
    assert.deepEqual(everything(back), everything(context), `seed ${seed}`);
    assert.equal(lines.length, count(context, "observation") + count(context, "tombstone"), `seed ${seed}`);
  }
});

Deno.test("an export can be of one project or of what is new", () => {
  using context = testContext();
  const old = observationOf({ id: testId(1), project: "a", createdAt: at("2026-01-01T00:00:00Z") });
  const fresh = observationOf({ id: testId(2), project: "a", createdAt: at("2026-02-01T00:00:00Z") });
  const other = observationOf({ id: testId(3), project: "b", createdAt: at("2026-02-01T00:00:00Z") });
  merge(context, [old, fresh, other], [
    formatTombstone(old.id, "", at("2026-02-02T00:00:00Z")),
    formatTombstone(other.id, "", at("2026-01-02T00:00:00Z")),
    formatTombstone(testId(4), "nobody knows of what", at("2026-02-02T00:00:00Z")),
  ]);
  const ids = (project: string | undefined, since: string | undefined) =>
    [...exportRecords(context.store, { project, since: since === undefined ? undefined : at(since) })]
      .map(({ kind, key }) => `${kind === "observation" ? "" : "-"}${parseRecordKey(key)?.id}`)
      .sort();
  const sorted = (...names: readonly string[]) => [...names].sort();
  const gone = (id: string) => `-${id}`;
  assert.deepEqual(ids("a", undefined), sorted(old.id, fresh.id, gone(old.id)));
  const since = "2026-01-15T00:00:00Z";
  assert.deepEqual(
    ids(undefined, since),
    sorted(fresh.id, other.id, gone(old.id), gone(testId(4))),
  );
  assert.deepEqual(ids("a", since), sorted(fresh.id, gone(old.id)));
});

Deno.test("every filter chooses what it says, deletions by what is still known of their memory", () => {
  using context = testContext({ settings: SETTINGS });
  const [mesh, user] = SCOPES;
  const day = (n: number) => at(`2026-01-0${n}T00:00:00Z`);
  const fields = [
    { scope: mesh, tags: ["a", "b"], memoryType: "bug" },
    { scope: user, tags: ["a"], memoryType: "note" },
    { scope: mesh, tags: [], memoryType: "decision" },
    { scope: mesh, tags: ["a"], memoryType: "bug" },
  ] as const;
  const all = fields.map((one, n) => observationOf({ ...one, id: testId(n), createdAt: day(n + 1) }));
  merge(context, all, [formatTombstone(testId(3), "", day(5)), formatTombstone(testId(9), "", day(6))]);
  const chosen = (choice: Parameters<typeof exportRecords>[1]) =>
    [...exportRecords(context.store, choice)].map(({ kind, key }) => {
      const n = fields.findIndex((_, index) => testId(index) === parseRecordKey(key)?.id);
      return kind === "observation" ? n : `-${n}`;
    });
  assert.deepEqual(chosen({}).toSorted(), [0, 1, 2, 3, "-3", "--1"].toSorted());
  assert.deepEqual(chosen({ tags: ["a"] }), [0, 1, 3, "-3"]);
  assert.deepEqual(chosen({ tags: ["a", "b"] }), [0]);
  assert.deepEqual(chosen({ memoryTypes: ["bug", "decision"] }), [0, 2, 3, "-3"]);
  assert.deepEqual(chosen({ scope: "user/alice" }), [1]);
  assert.deepEqual(chosen({ until: day(2) }), [0, 1]);
  assert.deepEqual(chosen({ since: day(2), until: day(5) }), [1, 2, 3, "-3"]);
  assert.deepEqual(chosen({ tags: ["a"], memoryTypes: ["bug"], since: day(2) }), [3, "-3"]);
});

Deno.test("for people there is what a search would show", () => {
  using context = testContext();
  const replaced = observationOf({ id: testId(1) });
  const newer = observationOf({ id: testId(2), supersedes: [testId(1)] });
  const expired = observationOf({ id: testId(3), expiresAt: at("2020-01-01T00:00:00Z") });
  const erased = observationOf({ id: testId(4), purged: true, content: "" });
  const deleted = observationOf({ id: testId(5) });
  merge(context, [replaced, newer, expired, erased, deleted], [formatTombstone(testId(5), "", 0)]);
  const ids = (superseded: boolean) => [...exportMemories(context, {}, superseded)].map(({ id }) => id);
  assert.deepEqual(ids(false), [newer.id]);
  assert.deepEqual(ids(true), [replaced.id, newer.id]);
});

Deno.test("what Python would show wrongly is left out of its folder", () => {
  using context = testContext({ settings: SETTINGS });
  using folder = tempFolder();
  const [mesh, user] = SCOPES;
  assert(mesh !== undefined && user !== undefined);
  const twice = testId(1);
  const kept = observationOf({ id: twice, scope: user });
  const shadowed = observationOf({ id: testId(2) });
  merge(context, [
    observationOf({ id: twice, scope: mesh }),
    kept,
    observationOf({ id: testId(3), purged: true, content: "" }),
  ], [formatTombstone(twice, "", context.clock())]);
  context.store.write(() => mergeObservation(context.store, shadowed, context.clock(), context.clock()));
  assert.deepEqual(exportToPython(context, folder.path), { memories: 1, deletions: 0, leftOut: 2 });
  assert.deepEqual(
    rowsOf(folder.at("local", "raw.db"), "SELECT observation_id FROM local_obs"),
    [[twice]],
  );
  using back = testContext({ settings: SETTINGS });
  take(back, folder);
  assert.deepEqual(live(back), [[twice, "user/alice", kept.payload]]);
  assert(![...exportRecords(context.store, EVERYTHING)].some(({ key }) => key.includes(shadowed.id)));
});

Deno.test("a tombstone that says no id is written so that Python finds it", () => {
  using context = testContext();
  using folder = tempFolder();
  const id = testId(1);
  const deletedAt = at("2026-02-01T00:00:00Z");
  merge(context, [observationOf({ id })], [{
    id,
    reason: "",
    deletedAt,
    payload: pythonJson({ reason: "x" }),
  }]);
  exportToPython(context, folder.path);
  assert.deepEqual(rowsOf(folder.at("local", "raw.db"), "SELECT tomb_json, deleted_at FROM local_tomb"), [
    [shortened(formatTombstone(id, "", deletedAt).payload), "2026-02-01T00:00:00.000000Z"],
  ]);
});

Deno.test("a folder that holds files is refused and stays as it is; one that was made is the owner's alone", () => {
  using context = testContext();
  using folder = tempFolder();
  Deno.writeTextFileSync(folder.at("notes.txt"), "mine");
  assert.throws(() => exportToPython(context, folder.path), /holds files already/);
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["notes.txt"]);
  assert.throws(() => exportToPython(context, folder.at("notes.txt")), /^Failure: Cannot export to/);
  const made = folder.at("new", "state");
  exportToPython(context, made);
  assert.deepEqual([...Deno.readDirSync(made)].map(({ name }) => name).sort(), ["local", "pc_id"]);
  assert.deepEqual([...Deno.readDirSync(`${made}/local`)].map(({ name }) => name), ["raw.db"]);
  assert.equal(Deno.readTextFileSync(`${made}/pc_id`).trim(), context.identity.pcId);
  if (Deno.build.os !== "windows") {
    assert.equal((Deno.statSync(made).mode ?? 0) & 0o777, 0o700);
    assert.equal((Deno.statSync(`${made}/local/raw.db`).mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("an export that fails leaves nothing", () => {
  using context = testContext();
  using folder = tempFolder();
  merge(context, [observationOf({ id: testId(1) })], []);
  context.store.script("DROP TABLE tombstone");
  assert.throws(() => exportToPython(context, folder.at("made")));
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
  Deno.mkdirSync(folder.at("empty"));
  assert.throws(() => exportToPython(context, folder.at("empty")));
  assert.deepEqual([...Deno.readDirSync(folder.at("empty"))], []);
});

function merge(
  { store, clock }: TestContext,
  observations: readonly ReturnType<typeof observationOf>[],
  deletions: readonly Tombstone[],
): void {
  store.write(() => {
    for (const one of observations) mergeObservation(store, one, clock());
    for (const one of deletions) mergeTombstone(store, one, MESH, TEST_AUTHOR);
  });
}

function filled(seed: number, records: number): TestContext {
  const context = testContext({ settings: SETTINGS });
  const next = seededNumbers(seed);
  const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(next() * list.length)] ?? list[0];
  const pieces = ["日本語", '"quoted"', "\\", "\n", "\u2028", "😀", "\t\u0001", "x".repeat(300)] as const;
  context.store.write(() => {
    for (let n = 0; n < records; n++) {
      const scope = pick([MESH, ...SCOPES]);
      const content = Array.from({ length: 1 + Math.floor(next() * 6) }, () => pick([...pieces])).join(" ");
      const author = { ...TEST_AUTHOR, sessionId: `session-${n % 7}` };
      const one = observationOf({
        id: testId(seed * 10_000 + n),
        scope,
        author,
        content,
        tags: [`t${n % 5}`],
      });
      mergeObservation(context.store, one, context.clock());
      if (n % 4 !== 0) continue;
      const deletion = formatTombstone(one.id, pick([...pieces]), context.clock());
      mergeTombstone(context.store, deletion, scope, author);
    }
  });
  return context;
}

function everything({ store }: TestContext): unknown[] {
  const read = (row: Readonly<Record<string, unknown>>) => Object.values(row);
  return [
    ...store.all(
      `SELECT o.id, o.scope, o.state, o.payload, a.agent_family, a.client_id, a.pc_id, a.session_id
        FROM observation o JOIN author a ON a.author = o.author ORDER BY o.id, o.scope`,
      [],
      read,
    ),
    ...store.all(
      `SELECT t.id, t.scope, t.payload, a.agent_family, a.client_id, a.pc_id, a.session_id
        FROM tombstone t JOIN author a ON a.author = t.author ORDER BY t.id, t.scope`,
      [],
      read,
    ),
  ];
}

function count({ store }: TestContext, table: "observation" | "tombstone"): number {
  return store.all(`SELECT 1 FROM ${table}`, [], () => 1).length;
}
