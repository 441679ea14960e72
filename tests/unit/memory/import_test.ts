import assert from "node:assert/strict";
import { findMemory } from "../../../lib/memory/find.ts";
import { deleteMemory } from "../../../lib/memory/delete.ts";
import { finishImport, importChanges, importState } from "../../../lib/memory/import.ts";
import type { MemoryContext } from "../../../lib/memory/context.ts";
import { purgeRecords } from "../../../lib/memory/purge.ts";
import { listQuarantine } from "../../../lib/store/quarantine.ts";
import { dropBody, findRecord } from "../../../lib/memory/records.ts";
import { BULK_BATCH } from "../../../lib/memory/search/bulk.ts";
import { MESH, parseScopeLabel } from "../../../lib/core/scope.ts";
import { text } from "../../../lib/store/row.ts";
import { testContext } from "../../support/context.ts";
import { type TempFolder, tempFolder } from "../../support/folder.ts";
import { copyGolden, goldenObservations, goldenText } from "../../support/golden.ts";
import {
  IndexFile,
  PendingFile,
  pythonPayload,
  pythonTombstone,
  RawFile,
  testId,
} from "../../support/python_files.ts";
import { live, reads, take, tombstones } from "../../support/import.ts";
import { seededNumbers, shuffled } from "../../support/random.ts";

const [A, B, C, D] = [testId("a"), testId("b"), testId("c"), testId("d")];
const AUTHOR = "claude/alice@mbp/00112233445566778899aabbccddeeff/20260101T000000Z-0a1b2c3d";
const ALICE = { settings: { userId: "alice", teamId: "acme" } };

Deno.test("every golden payload is taken over byte for byte, each in its scope and state", () => {
  using folder = goldenState();
  using context = testContext(ALICE);
  const imported = take(context, folder);
  assert.equal(imported.added, 8);
  const states = new Map<string, string>();
  for (const { key, payload } of goldenObservations()) {
    const { stored, state } = findMemory(context, key.slice(-32));
    assert.equal(stored.observation.payload, payload);
    states.set(
      key.slice(-32, -31),
      `${state} in ${text({ scope: scopeOf(context, key.slice(-32)) }, "scope")}`,
    );
  }
  assert.deepEqual(Object.fromEntries(states), {
    1: "superseded in mesh",
    2: "live in mesh",
    3: "live in user/alice",
    4: "live in team/acme",
    5: "expired in mesh",
    6: "tombstoned in mesh",
    7: "shadowed in mesh",
    8: "live in mesh",
  });
  assert.deepEqual(tombstones(context).filter(([id]) => id === testId("6")), [
    [testId("6"), "mesh", goldenText("tombstone.json")],
  ]);
  assert.deepEqual(listQuarantine(context.store, 10), []);
});

Deno.test("a deletion whose record nobody knows holds in every scope of this user", () => {
  using folder = goldenState();
  using context = testContext(ALICE);
  take(context, folder);
  const scopes = tombstones(context).filter(([id]) => id === testId("9")).map(([, scope]) => scope);
  assert.deepEqual(scopes, ["mesh", "team/acme", "user/alice"]);
  using raw = new RawFile(folder.at("local", "raw.db"));
  raw.save(testId("9"), pythonPayload(testId("9"), { visibility: "team", scope_id: "acme" }));
  assert.equal(take(context, folder).added, 0);
  assert.deepEqual(live(context).filter(([id]) => id === testId("9")), []);
});

Deno.test("tiers that are not this user's are left out and counted, and taken once they are", () => {
  using folder = goldenState();
  using nobody = testContext();
  const imported = take(nobody, folder);
  assert.equal(imported.added, 6);
  assert.deepEqual(new Set(live(nobody).map(([, scope]) => scope)), new Set(["mesh"]));
  assert(
    imported.notices.some((notice) => /Left out 2 records .* in index\.db/.test(notice)),
    imported.notices.join(),
  );

  const alice: MemoryContext = {
    ...nobody,
    settings: { ...nobody.settings, readable: ["mesh", "user/alice"] },
  };
  const later = take(alice, folder);
  assert.equal(later.added, 1);
  assert.deepEqual(live(alice).filter(([, scope]) => scope !== "mesh").map(([id]) => id), [testId("3")]);

  const acme: MemoryContext = {
    ...nobody,
    settings: { ...nobody.settings, readable: ["mesh", "team/acme"] },
  };
  assert.equal(take(acme, folder).added, 1);
  // What was read for one of them is not read again when it is the other's turn.
  for (const context of [nobody, alice, acme]) assert.equal(reads(context, folder), false);
});

Deno.test("index.db of the first version is taken over", () => {
  using folder = tempFolder();
  copyGolden("oldstate/index_v1.db", folder.at("index.db"));
  using context = testContext();
  assert.equal(take(context, folder).added, 3);
  assert.deepEqual(live(context).map(([id]) => id), [testId("1"), testId("2"), testId("5")]);
  assert.equal(findMemory(context, testId("1")).state, "superseded");
});

Deno.test("what waits to be sent has scope and author of its key", () => {
  using folder = tempFolder();
  const bare = JSON.stringify({ observation_id: A, content: "bare" });
  {
    using pending = new PendingFile(folder.at("pending_puts.db"));
    pending.queue(`mem/user/alice/obs/gemini/bob@pc/host/session/${A}`, "observation", bare);
    pending.queue(
      `mem/user/alice/tomb/gemini/bob@pc/host/session/${B}`,
      "tombstone",
      pythonTombstone(B, "old"),
    );
    pending.queue(`mem/user/bob/obs/gemini/bob@pc/host/session/${C}`, "observation", pythonPayload(C));
    pending.queue(`mem/mesh/obs/${AUTHOR}/${D}`, "observation", pythonPayload(A));
    pending.queue(`mem/mesh/tomb/${AUTHOR}/${C}`, "observation", pythonPayload(C));
    pending.queue("mem/mesh/elsewhere", "observation", pythonPayload(A));
  }
  using context = testContext(ALICE);
  take(context, folder);
  assert.deepEqual(live(context), [[A, "user/alice", bare]]);
  const { author } = findMemory(context, A).stored.observation;
  assert.deepEqual(author, { agentFamily: "gemini", clientId: "bob@pc", pcId: "host", sessionId: "session" });
  assert.deepEqual(tombstones(context), [[B, "user/alice", pythonTombstone(B, "old")]]);
  const aside = listQuarantine(context.store, 10).map(({ key, reason }) => [key, reason]);
  assert.deepEqual(aside.sort(), [
    ["mem/mesh/elsewhere", "its key is not a record's"],
    [`mem/mesh/obs/${AUTHOR}/${D}`, `its id ${A} is not its key's`],
    [`mem/mesh/tomb/${AUTHOR}/${C}`, "its kind is not its key's"],
  ]);
});

Deno.test("local/index.db counts only while raw.db holds nothing", () => {
  const outcomes = ["absent", "empty", "damaged", "full"].map((raw) => {
    using folder = tempFolder();
    {
      using index = new IndexFile(folder.at("local", "index.db"));
      index.add(A, pythonPayload(A));
      if (raw !== "absent") {
        using file = new RawFile(folder.at("local", "raw.db"));
        if (raw === "full") file.save(B);
      }
    }
    if (raw === "damaged") Deno.writeTextFileSync(folder.at("local", "raw.db"), "no database".repeat(1000));
    using context = testContext();
    take(context, folder);
    const found = live(context).map(([id]) => id);
    assert.equal(reads(context, folder), false);
    return [raw, found];
  });
  assert.deepEqual(Object.fromEntries(outcomes), { absent: [A], empty: [A], damaged: [A], full: [B] });
});

Deno.test("a named index takes the place of index.db", () => {
  using folder = tempFolder();
  {
    using index = new IndexFile(folder.at("index.db"));
    index.add(A, pythonPayload(A));
    using named = new IndexFile(folder.at("elsewhere", "named.db"));
    named.add(B, pythonPayload(B));
  }
  using context = testContext();
  importChanges(context, folder.path, folder.at("elsewhere", "named.db"), () => {});
  assert.deepEqual(live(context).map(([id]) => id), [B]);
  assert.deepEqual(importState(context).sources.map(({ path }) => path), [
    folder.at("elsewhere", "named.db"),
  ]);
});

Deno.test("while Python goes on writing, only what is new is taken", () => {
  using folder = tempFolder();
  using raw = new RawFile(folder.at("local", "raw.db"));
  raw.save(A);
  using context = testContext();
  const [first] = [take(context, folder)];
  assert.deepEqual([first.added, first.notices.length], [1, 1]);
  assert.equal(reads(context, folder), false);
  raw.save(B);
  assert.deepEqual(take(context, folder), { added: 1, deleted: 0, notices: [] });
  raw.delete(A);
  assert.deepEqual(take(context, folder), { added: 0, deleted: 1, notices: [] });
  assert.deepEqual(live(context).map(([id]) => id), [B]);
});

Deno.test("a deletion and a rediscovery in index.db are noticed", () => {
  using folder = tempFolder();
  using index = new IndexFile(folder.at("index.db"));
  index.add(A, pythonPayload(A), null, "2026-02-01T00:00:00.000000Z");
  index.add(B, pythonPayload(B));
  using context = testContext();
  take(context, folder);
  assert.deepEqual([A, B].map((id) => findMemory(context, id).state), ["shadowed", "live"]);
  index.add(A, pythonPayload(A));
  index.add(B, pythonPayload(B), "2026-02-02T00:00:00.000000Z");
  take(context, folder);
  assert.deepEqual([A, B].map((id) => findMemory(context, id).state), ["live", "tombstoned"]);
});

Deno.test("what is known of a deletion is kept, whatever index.db lacks", () => {
  using folder = tempFolder();
  const reasons = Array.from({ length: 8 }, (_, i) => `reason ${i}`);
  {
    using raw = new RawFile(folder.at("local", "raw.db"));
    using index = new IndexFile(folder.at("index.db"));
    reasons.forEach((reason, i) => {
      raw.save(testId(i));
      raw.delete(testId(i), pythonTombstone(testId(i), reason));
      index.add(testId(i), null, "2026-02-01T00:00:00.000000Z");
    });
  }
  using context = testContext(ALICE);
  take(context, folder);
  const inMesh = tombstones(context).filter(([, scope]) => scope === "mesh").map(([, , payload]) => payload);
  assert.deepEqual(inMesh, reasons.map((reason, i) => pythonTombstone(testId(i), reason)));
  assert.equal(tombstones(context).length, 3 * reasons.length);
});

Deno.test("taking the same files over again changes nothing", () => {
  using folder = goldenState();
  using context = testContext(ALICE);
  take(context, folder);
  const before = everything(context);
  context.store.run("DELETE FROM import_source");
  const { added, deleted } = take(context, folder);
  assert.deepEqual([added, deleted], [0, 0]);
  assert.deepEqual(everything(context), before);
});

Deno.test("files that did not change are not opened", () => {
  using folder = tempFolder();
  {
    using raw = new RawFile(folder.at("local", "raw.db"));
    raw.save(A);
  }
  using context = testContext();
  take(context, folder);
  const path = folder.at("local", "raw.db");
  const { size, mtime } = Deno.statSync(path);
  Deno.writeFileSync(path, new Uint8Array(size));
  Deno.utimeSync(path, mtime ?? 0, mtime ?? 0);
  assert.deepEqual(take(context, folder), { added: 0, deleted: 0, notices: [] });
  Deno.utimeSync(path, 1, 1);
  assert.equal(take(context, folder).notices.length, 1);
});

Deno.test("without files of Python nothing happens", () => {
  using folder = tempFolder();
  using context = testContext();
  assert.deepEqual(take(context, folder), { added: 0, deleted: 0, notices: [] });
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("the set that is live does not depend on the order of the files", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const next = seededNumbers(seed);
    using folder = tempFolder();
    const states = writeStates(folder, next);
    const outcomes = [1, 2, 3].map(() => {
      using context = testContext(ALICE);
      for (const state of shuffled(states, next)) importChanges(context, state, undefined, () => {});
      return { live: live(context), deleted: tombstones(context).map(([id, scope]) => [id, scope]) };
    });
    assert.deepEqual(outcomes[1], outcomes[0], `seed ${seed}`);
    assert.deepEqual(outcomes[2], outcomes[0], `seed ${seed}`);
  }
});

Deno.test("large files go in batches that tell how far they are, and an interrupted import starts again", () => {
  using folder = tempFolder();
  {
    using raw = new RawFile(folder.at("local", "raw.db"));
    raw.db.exec("BEGIN");
    for (let i = 0; i < 2 * BULK_BATCH + 500; i++) raw.save(testId(i));
    raw.delete(testId(1));
    raw.delete(testId(9999));
    raw.db.exec("COMMIT");
  }
  using context = testContext();
  const interrupted = new Error("interrupted");
  const stop = (done: number) => {
    if (done === 2 * BULK_BATCH) throw interrupted;
  };
  assert.throws(() => importChanges(context, folder.path, undefined, stop), interrupted);
  assert.equal(live(context).length, 2 * BULK_BATCH - 1);
  assert.deepEqual(importState(context).sources, []);
  const steps: [number, number][] = [];
  const { added } = importChanges(
    context,
    folder.path,
    undefined,
    (done, total) => steps.push([done, total]),
  );
  assert.equal(added, 500);
  const total = 2 * BULK_BATCH + 501;
  assert.deepEqual(steps, [[BULK_BATCH, total], [2 * BULK_BATCH, total], [total, total]]);
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["local"]);
});

Deno.test("what was deleted, cleaned up or erased here does not come back with a changed file", () => {
  using folder = tempFolder();
  using index = new IndexFile(folder.at("index.db"));
  index.add(A, pythonPayload(A));
  index.add(B, pythonPayload(B));
  index.add(C, pythonPayload(C), "2026-02-01T00:00:00.000000Z");
  index.add(D, pythonPayload(D), null, "2026-02-01T00:00:00.000000Z");
  using context = testContext();
  take(context, folder);
  const { store } = context;
  const record = (id: string) => findRecord(store, id, MESH) ?? assert.fail(`no record ${id}`);
  deleteMemory(context, A, "");
  for (const id of [A, C, D]) dropBody(store, record(id));
  purgeRecords(context, [record(B)]);
  index.add(testId("e"), pythonPayload(testId("e")));
  assert.equal(take(context, folder).added, 1);
  assert.deepEqual(live(context).map(([id]) => id), [testId("e")]);
  for (const id of [A, C, D]) assert.equal(findRecord(store, id, MESH), undefined, id);
  assert.notEqual(record(B).observation.purgedAt, undefined);
  assert.deepEqual(listQuarantine(store, 10), []);
});

Deno.test("after the import was declared done the files are not looked at", () => {
  using folder = tempFolder();
  using raw = new RawFile(folder.at("local", "raw.db"));
  raw.save(A);
  using context = testContext();
  take(context, folder);
  assert.equal(importState(context).finishedAt, undefined);
  finishImport(context);
  raw.save(B);
  assert.deepEqual(take(context, folder), { added: 0, deleted: 0, notices: [] });
  const { finishedAt, sources } = importState(context);
  assert.match(finishedAt ?? "", /^2026-03-01T12:00:00/);
  assert.deepEqual(sources.map(({ path, coverage }) => [path, coverage]), [[
    folder.at("local", "raw.db"),
    "all",
  ]]);
});

function goldenState(): TempFolder {
  const folder = tempFolder();
  copyGolden("state", folder.path);
  return folder;
}

function scopeOf({ store }: MemoryContext, id: string): string {
  return store.get("SELECT scope FROM observation WHERE id = ?", [id], (row) => text(row, "scope")) ??
    "nowhere";
}

function everything({ store }: MemoryContext): unknown[] {
  return ["observation", "tombstone", "supersede", "facet", "quarantine", "secret_flag", "author"]
    .map((table) => store.all(`SELECT * FROM ${table}`, [], (row) => ({ ...row })));
}

/** Writes four state folders about the same few ids, which contradict each other; gives their paths. */
function writeStates(folder: TempFolder, next: () => number): string[] {
  const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(next() * items.length)] ?? items[0];
  const ids = [A, B, C, D, testId("e")];
  const scopes = ids.map(() => pick(["mesh", "user/alice", "team/acme", "user/bob"]));
  return [0, 1, 2, 3].map((number) => {
    const state = folder.at(String(number));
    using raw = new RawFile(`${state}/local/raw.db`);
    using index = new IndexFile(`${state}/index.db`);
    using pending = new PendingFile(`${state}/pending_puts.db`);
    ids.forEach((id, at) => {
      const label = scopes[at] ?? "mesh";
      const { tier, id: owner } = parseScopeLabel(label) ?? MESH;
      // Now and then another text under the same id.
      const project = pick(["demo", "demo", "demo", "other"]);
      const supersedes = at > 0 && next() < 0.5 ? [ids[at - 1]] : [];
      const payload = pythonPayload(id, { project, supersedes, visibility: tier, scope_id: owner });
      if (next() < 0.3) raw.save(id, payload);
      if (next() < 0.1) raw.delete(id);
      if (next() < 0.3) index.add(id, payload, next() < 0.1 ? "2026-02-02T00:00:00.000000Z" : null);
      if (next() < 0.05) index.add(id, null, "2026-02-03T00:00:00.000000Z");
      if (next() < 0.2) pending.queue(`mem/${label}/obs/${AUTHOR}/${id}`, "observation", payload);
      if (next() < 0.05) {
        pending.queue(`mem/${label}/tomb/${AUTHOR}/${id}`, "tombstone", pythonTombstone(id, "wrong"));
      }
    });
    return state;
  });
}
