import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { StoreFailure } from "../../../lib/store/failure.ts";
import { openStore } from "../../../lib/store/open.ts";
import { number, text } from "../../../lib/store/row.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "../../../lib/store/schema.ts";
import { mergeObservation } from "../../../lib/memory/records.ts";
import { readIndexState } from "../../../lib/memory/search/index_state.ts";
import { testClock } from "../../support/clock.ts";
import { integrity, rowsOf } from "../../support/database.ts";
import { type TempFolder, tempFolder } from "../../support/folder.ts";
import { observationOf, testId } from "../../support/observations.ts";

const NEXT_STEP = "CREATE TABLE later (value TEXT) STRICT; INSERT INTO later VALUES ('new')";
const NAMES = (folder: TempFolder) => [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();

Deno.test("a new database is the owner's alone, in WAL mode, and synced at every commit", () => {
  using folder = tempFolder();
  const store = openStore(folder.at("kioku.db"), testClock());
  const pragma = (name: string) => store.get(`PRAGMA ${name}`, [], (row) => row[name]);
  assert.equal(pragma("journal_mode"), "wal");
  assert.equal(pragma("synchronous"), 2);
  assert.equal(pragma("user_version"), SCHEMA_VERSION);
  for (const name of NAMES(folder)) {
    assert.equal((Deno.statSync(folder.at(name)).mode ?? 0) & 0o777, 0o600, name);
  }
  store.close();
});

Deno.test("opening a database writes nothing", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  openStore(path, testClock()).close();
  const before = Deno.readFileSync(path);
  openStore(path, testClock()).close();
  assert.deepEqual(Deno.readFileSync(path), before);
});

Deno.test("an older database is copied beside itself before it is brought up to date", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  const old = openStore(path, testClock());
  old.write(() => mergeObservation(old, observationOf({ content: "from before" }), 0));
  old.close();
  const migrations = [...MIGRATIONS, NEXT_STEP];
  const store = openStore(path, testClock(), migrations);
  assert.equal(store.get("SELECT value FROM later", [], (row) => text(row, "value")), "new");
  store.close();
  const copy = `kioku.db.v${SCHEMA_VERSION}-20260301T120000Z.bak`;
  assert.deepEqual(NAMES(folder), ["kioku.db", copy]);
  assert.equal((Deno.statSync(folder.at(copy)).mode ?? 0) & 0o777, 0o600);
  assert.deepEqual(rowsOf(folder.at(copy), "PRAGMA user_version"), [[SCHEMA_VERSION]]);
  assert.deepEqual(
    rowsOf(folder.at(copy), "SELECT payload FROM observation"),
    rowsOf(path, "SELECT payload FROM observation"),
  );
  assert.deepEqual(integrity(folder.at(copy)), ["ok"]);
  openStore(path, testClock(), migrations).close();
  assert.deepEqual(NAMES(folder), ["kioku.db", copy], "once");
});

Deno.test("a step that fails leaves the older database as it was", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  openStore(path, testClock()).close();
  const broken = [...MIGRATIONS, NEXT_STEP, "CREATE TABLE later (value TEXT) STRICT"];
  assert.throws(() => openStore(path, testClock(), broken), { name: "Failure" });
  assert.deepEqual(rowsOf(path, "PRAGMA user_version"), [[SCHEMA_VERSION]]);
  assert.deepEqual(rowsOf(path, "SELECT * FROM sqlite_schema WHERE name = 'later'"), []);
  openStore(path, testClock()).close();
});

Deno.test("a newer database is refused and not touched", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  openStore(path, testClock(), [...MIGRATIONS, NEXT_STEP]).close();
  const before = Deno.readFileSync(path);
  assert.throws(() => openStore(path, testClock()), {
    message:
      `Cannot open the database: it was written by a newer version (schema ${
        SCHEMA_VERSION + 1
      }, this program ` +
      `knows ${SCHEMA_VERSION}). Update kioku-mesh.`,
  });
  assert.deepEqual(Deno.readFileSync(path), before);
});

Deno.test("another program's database is refused and not touched", () => {
  for (const version of [0, SCHEMA_VERSION]) {
    using folder = tempFolder();
    const path = folder.at("kioku.db");
    const db = new DatabaseSync(path);
    db.exec(`CREATE TABLE theirs (value TEXT); PRAGMA user_version = ${version}`);
    db.close();
    const before = Deno.readFileSync(path);
    assert.throws(() => openStore(path, testClock()), { name: "Failure", message: /another program's/ });
    assert.deepEqual(Deno.readFileSync(path), before);
  }
});

Deno.test("a full database refuses a write, keeps what it has, and goes on when there is room", () => {
  // At each size another statement is the one that finds no room.
  for (let room = 1; room <= 40; room++) {
    using folder = tempFolder();
    const path = folder.at("kioku.db");
    const store = openStore(path, testClock());
    const pages = store.get("PRAGMA page_count", [], (row) => number(row, "page_count")) ?? 0;
    store.script(`PRAGMA max_page_count = ${pages + room}`);
    const save = (n: number) => {
      const content = Array.from({ length: 300 }, (_, word) => `word${n * word}`).join(" ");
      store.write(() => mergeObservation(store, observationOf({ id: testId(n), content }), 0));
    };
    let saved = 0;
    assert.throws(() => {
      for (; saved < 1000; saved++) save(saved);
    }, (error) => error instanceof StoreFailure && error.trouble === "full");
    const count = () => store.get("SELECT count(*) AS n FROM observation", [], (row) => number(row, "n"));
    assert.equal(count(), saved, `room for ${room} pages`);
    assert.equal(readIndexState(store).damaged, false, `room for ${room} pages: the index is not to blame`);
    store.script("PRAGMA max_page_count = 100000");
    save(saved);
    assert.equal(count(), saved + 1);
    store.close();
    assert.deepEqual(integrity(path), ["ok"]);
  }
});
