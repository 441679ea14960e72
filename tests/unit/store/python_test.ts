import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openPython, type PythonDatabase } from "../../../lib/store/python/database.ts";
import { PythonFileFailure } from "../../../lib/store/python/failure.ts";
import { readPending } from "../../../lib/store/python/pending.ts";
import { readRaw } from "../../../lib/store/python/raw.ts";
import type { PythonReader, PythonRecord } from "../../../lib/store/python/record.ts";
import { readSearchIndex } from "../../../lib/store/python/search_index.ts";
import { pythonSources } from "../../../lib/store/python/sources.ts";
import { fileStamp } from "../../../lib/store/python/stamp.ts";
import { type TempFolder, tempFolder } from "../../support/folder.ts";
import { copyGolden, goldenObservations, goldenText } from "../../support/golden.ts";
import { pythonPayload, pythonTombstone, RawFile, testId } from "../../support/python_files.ts";

const [A, B, C] = [testId("a"), testId("b"), testId("c")];

Deno.test("raw.db: observations with their tombstones, then tombstones alone", () => {
  using folder = tempFolder();
  {
    using raw = new RawFile(folder.at("raw.db"));
    raw.save(A);
    raw.save(B);
    raw.delete(B, pythonTombstone(B, "wrong"));
    raw.delete(C);
  }
  const records = readAll(folder, "raw.db", readRaw);
  assert.deepEqual(records.map(({ id }) => id), [A, B, C]);
  const [a, b, c] = records;
  assert.deepEqual(a, { ...NOTHING, id: A, observation: pythonPayload(A) });
  assert.equal(b?.tombstone, pythonTombstone(B, "wrong"));
  assert.equal(b?.deletedAt, "2026-02-01T00:00:00.000000Z");
  assert.equal(c?.observation, undefined);
  assert.equal(c?.tombstone, pythonTombstone(C, ""));
});

Deno.test("raw.db of another age: without tombstones, without observations, without times", () => {
  using folder = tempFolder();
  script(
    folder,
    "obs.db",
    `CREATE TABLE local_obs (observation_id TEXT, payload_json TEXT); INSERT INTO local_obs VALUES ('${A}', '{}')`,
  );
  script(
    folder,
    "tomb.db",
    `CREATE TABLE local_tomb (observation_id TEXT, tomb_json TEXT); INSERT INTO local_tomb VALUES ('${A}', '{}')`,
  );
  assert.deepEqual(readAll(folder, "obs.db", readRaw), [{ ...NOTHING, id: A, observation: "{}" }]);
  assert.deepEqual(readAll(folder, "tomb.db", readRaw), [{
    ...NOTHING,
    id: A,
    tombstone: "{}",
    deletedAt: "",
  }]);
});

Deno.test("index.db of today: live, deleted, shadowed and unknown rows", () => {
  using folder = tempFolder();
  copyGolden("state/index.db", folder.at("index.db"));
  const records = new Map(readAll(folder, "index.db", readSearchIndex).map((record) => [record.id, record]));
  for (const { key, payload } of goldenObservations()) {
    assert.equal(records.get(key.slice(-32))?.observation, payload, key);
  }
  assert.equal(records.get(testId("6"))?.deletedAt, "2026-01-07T00:00:00.000000Z");
  assert.equal(records.get(testId("7"))?.shadowedAt, "2026-01-08T00:00:00.000000Z");
  assert.deepEqual(records.get(testId("9")), {
    ...NOTHING,
    id: testId("9"),
    deletedAt: "2026-01-09T00:00:00.000000Z",
  });
});

Deno.test("index.db of the first version", () => {
  using folder = tempFolder();
  copyGolden("oldstate/index_v1.db", folder.at("index.db"));
  const golden = new Map(goldenObservations().map(({ key, payload }) => [key.slice(-32), payload]));
  const records = readAll(folder, "index.db", readSearchIndex);
  assert.deepEqual(records.map(({ id }) => id), [testId("1"), testId("2"), testId("5")]);
  for (const record of records) {
    assert.deepEqual(record, { ...NOTHING, id: record.id, observation: golden.get(record.id) });
  }
});

Deno.test("pending_puts.db: what waited, with its keys", () => {
  using folder = tempFolder();
  copyGolden("state/pending_puts.db", folder.at("pending.db"));
  const [observation, tombstone, ...rest] = readAll(folder, "pending.db", readPending);
  const [golden] = goldenObservations();
  assert.deepEqual(observation, {
    ...NOTHING,
    id: testId("1"),
    key: golden?.key,
    observation: golden?.payload,
  });
  assert.equal(tombstone?.tombstone, goldenText("tombstone.json"));
  assert.match(tombstone?.key ?? "", /^mem\/mesh\/tomb\/.*\/6{32}$/);
  assert.equal(rest.length, 0);
});

Deno.test("a reader says no to a file of another kind", () => {
  using folder = tempFolder();
  copyGolden("state/index.db", folder.at("index.db"));
  const database = openPython(folder.at("index.db"), folder.path);
  try {
    assert.equal(readRaw(database), undefined);
    assert.equal(readPending(database), undefined);
    assert.equal(database.empty, false);
  } finally {
    database.close();
  }
});

Deno.test("a closed database is read and nothing is left beside it", () => {
  using folder = tempFolder();
  {
    using raw = new RawFile(folder.at("state", "raw.db"));
    raw.save(A);
  }
  const before = contents(folder.at("state"));
  const database = openPython(folder.at("state", "raw.db"), folder.path);
  // While it is open too, so that a killed process leaves nothing either.
  if (Deno.build.os !== "windows") assert.deepEqual(names(folder.path), ["state"]);
  database.close();
  assert.equal(readAll(folder, "state/raw.db", readRaw).length, 1);
  assert.deepEqual(contents(folder.at("state")), before);
  assert.deepEqual(names(folder.path), ["state"]);
});

Deno.test("a database that Python holds open is read with what is only in its log", () => {
  using folder = tempFolder();
  using raw = new RawFile(folder.at("state", "raw.db"));
  raw.save(A);
  const before = contents(folder.at("state"));
  assert.deepEqual(before.map(({ name }) => name), ["raw.db", "raw.db-shm", "raw.db-wal"]);
  assert.deepEqual(readAll(folder, "state/raw.db", readRaw).map(({ id }) => id), [A]);
  raw.save(B);
  assert.deepEqual(readAll(folder, "state/raw.db", readRaw).map(({ id }) => id), [A, B]);
  assert.deepEqual(names(folder.at("state")), ["raw.db", "raw.db-shm", "raw.db-wal"]);
  assert.deepEqual(names(folder.path), ["state"]);
});

Deno.test("what a killed Python left in its log is read, in a folder that may not be written too", () => {
  using folder = tempFolder();
  {
    using raw = new RawFile(folder.at("open", "raw.db"));
    raw.save(A);
    Deno.mkdirSync(folder.at("state"));
    for (const name of ["raw.db", "raw.db-wal"]) {
      Deno.copyFileSync(folder.at("open", name), folder.at("state", name));
    }
  }
  const before = contents(folder.at("state"));
  Deno.chmodSync(folder.at("state"), 0o500);
  try {
    assert.deepEqual(readAll(folder, "state/raw.db", readRaw).map(({ id }) => id), [A]);
    assert.deepEqual(contents(folder.at("state")), before);
  } finally {
    Deno.chmodSync(folder.at("state"), 0o700);
  }
  assert.deepEqual(names(folder.path), ["open", "state"]);
});

Deno.test("an unfinished transaction of a killed Python is not read", () => {
  using folder = tempFolder();
  const ids = Array.from({ length: 2000 }, (_, i) => testId(i));
  const old = "o".repeat(1000);
  script(folder, "old.db", "CREATE TABLE local_obs (observation_id TEXT, payload_json TEXT)");
  const db = new DatabaseSync(folder.at("old.db"));
  db.exec("BEGIN");
  for (const id of ids) db.prepare("INSERT INTO local_obs VALUES (?, ?)").run(id, old);
  db.exec("COMMIT");
  // With so small a cache the change is in the file before it is committed.
  db.exec("PRAGMA cache_size = 5; PRAGMA cache_spill = 5; PRAGMA synchronous = OFF; BEGIN IMMEDIATE");
  const update = db.prepare("UPDATE local_obs SET payload_json = ? WHERE rowid = ?");
  for (let row = 1; row <= ids.length; row++) update.run("n".repeat(1000), row);
  Deno.mkdirSync(folder.at("state"));
  for (const name of ["old.db", "old.db-journal"]) {
    Deno.copyFileSync(folder.at(name), folder.at("state", name));
  }
  db.exec("ROLLBACK");
  db.close();
  const before = contents(folder.at("state"));
  assert(
    Deno.readTextFileSync(folder.at("state", "old.db")).includes("n".repeat(1000)),
    "nothing of it is in the file",
  );
  const records = readAll(folder, "state/old.db", readRaw);
  assert.deepEqual(records.map(({ observation }) => observation), ids.map(() => old));
  assert.deepEqual(contents(folder.at("state")), before);
});

Deno.test("a file that is no database is named; an unused one is empty", () => {
  using folder = tempFolder();
  Deno.writeTextFileSync(
    folder.at("raw.db"),
    "not a database at all, but long enough to be looked at".repeat(100),
  );
  assert.throws(() => openPython(folder.at("raw.db"), folder.path), (error) => {
    assert(error instanceof PythonFileFailure);
    assert(error.message.includes(folder.at("raw.db")), error.message);
    assert.equal(error.passing, false);
    return true;
  });
  assert.deepEqual(names(folder.path), ["raw.db"]);
  Deno.writeTextFileSync(folder.at("raw.db"), "");
  const database = openPython(folder.at("raw.db"), folder.path);
  assert.equal(database.empty, true);
  database.close();
});

Deno.test("a database that is cut off fails while it is read, and says which", () => {
  using folder = tempFolder();
  {
    using raw = new RawFile(folder.at("raw.db"));
    for (let i = 0; i < 500; i++) raw.save(testId(i));
  }
  Deno.truncateSync(folder.at("raw.db"), 200_000);
  assert.throws(() => readAll(folder, "raw.db", readRaw), PythonFileFailure);
});

Deno.test("the stamp changes with file and log, and an empty log does not count", () => {
  using folder = tempFolder();
  const path = folder.at("raw.db");
  assert.equal(fileStamp(path), undefined);
  {
    using raw = new RawFile(path);
    raw.save(A);
    const first = fileStamp(path);
    raw.save(B);
    assert.notEqual(fileStamp(path), first);
  }
  const closed = fileStamp(path);
  Deno.writeTextFileSync(`${path}-wal`, "");
  assert.equal(fileStamp(path), closed);
  Deno.writeTextFileSync(`${path}-wal`, "x");
  assert.notEqual(fileStamp(path), closed);
});

Deno.test("the files are those of compat data §3.1; a named index takes the place of index.db", () => {
  const paths = (indexPath: string | undefined) => pythonSources("/s", indexPath).map(({ path }) => path);
  assert.deepEqual(paths(undefined), [
    "/s/local/raw.db",
    "/s/pending_puts.db",
    "/s/local/index.db",
    "/s/index.db",
  ]);
  assert.deepEqual(paths("/other/i.db").slice(3), ["/other/i.db"]);
  assert.deepEqual(paths(":memory:").length, 3);
});

const NOTHING = {
  key: undefined,
  observation: undefined,
  tombstone: undefined,
  deletedAt: undefined,
  shadowedAt: undefined,
};

function readAll(
  folder: TempFolder,
  name: string,
  read: (db: PythonDatabase) => PythonReader | undefined,
): PythonRecord[] {
  const database = openPython(folder.at(name), folder.path);
  try {
    const reader = read(database);
    assert(reader !== undefined, `${name} was not recognised`);
    const records = [...reader.records()];
    assert.equal(records.length, reader.count);
    return records;
  } finally {
    database.close();
  }
}

function script(folder: TempFolder, name: string, sql: string): void {
  const db = new DatabaseSync(folder.at(name));
  db.exec(sql);
  db.close();
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

function contents(folder: string): { name: string; bytes: Uint8Array; changed: Date | null }[] {
  return names(folder).map((name) => ({
    name,
    bytes: Deno.readFileSync(`${folder}/${name}`),
    changed: Deno.statSync(`${folder}/${name}`).mtime,
  }));
}
