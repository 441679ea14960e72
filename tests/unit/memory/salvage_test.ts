import assert from "node:assert/strict";
import { recognise } from "../../../lib/memory/salvaged.ts";
import { salvage, type Salvaged } from "../../../lib/memory/salvage.ts";
import { cellsOf } from "../../../lib/store/cells.ts";
import { PAGE } from "../../../lib/store/log.ts";
import { openStore } from "../../../lib/store/open.ts";
import { Pages } from "../../../lib/store/pages.ts";
import { testClock } from "../../support/clock.ts";
import { fillDatabase, integrity, rowsOf } from "../../support/database.ts";
import { tempFolder } from "../../support/folder.ts";
import { testId } from "../../support/observations.ts";
import { seededNumbers } from "../../support/random.ts";

const RECORDS = 260;
const STATES = "SELECT id, scope, state, payload FROM observation ORDER BY id";
const TOMBSTONES = "SELECT id, scope, payload FROM tombstone ORDER BY id";

/** Takes note of the pages that are read. */
class WatchedPages extends Pages {
  readonly seen = new Set<number>();

  override read(page: number): DataView | undefined {
    this.seen.add(page);
    return super.read(page);
  }
}

/** Bytes of a database, and the pages on which each of its observations lies. */
interface Sample {
  readonly bytes: Uint8Array;
  readonly states: unknown[][];
  readonly tombstones: unknown[][];
  readonly pagesOf: ReadonlyMap<string, ReadonlySet<number>>;
  readonly pagesOfTombstones: ReadonlySet<number>;
  readonly pagesOfAuthors: ReadonlySet<number>;
}

let made: Sample | undefined;

function sample(): Sample {
  if (made !== undefined) return made;
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  fillDatabase(path, RECORDS);
  using pages = new WatchedPages(path);
  const free = pages.free();
  const pagesOf = new Map<string, Set<number>>();
  const [pagesOfTombstones, pagesOfAuthors] = [new Set<number>(), new Set<number>()];
  for (let page = 2; page <= pages.count; page++) {
    if (free.has(page)) continue;
    pages.seen.clear();
    for (const cell of cellsOf(pages, page)) {
      const row = recognise(cell);
      if (row?.table === "observation") pagesOf.set(row.id, new Set([page, ...pages.seen]));
      if (row?.table === "tombstone") pagesOfTombstones.add(page);
      if (row?.table === "author") pagesOfAuthors.add(page);
      pages.seen.clear();
    }
  }
  return made = {
    bytes: Deno.readFileSync(path),
    states: rowsOf(path, STATES),
    tombstones: rowsOf(path, TOMBSTONES),
    pagesOf,
    pagesOfTombstones,
    pagesOfAuthors,
  };
}

/** Salvages bytes in a folder of their own and checks what has to hold whatever is damaged. */
function salvaged(bytes: Uint8Array, force = false) {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  Deno.writeFileSync(path, bytes);
  const result = salvage(folder.path, testClock(), force, () => {});
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
  if (result.status !== "salvaged") {
    assert.deepEqual(names, ["kioku.db"]);
    assert.deepEqual(Deno.readFileSync(path), bytes, "a sound database stays as it is");
    return { result, states: rowsOf(path, STATES), tombstones: rowsOf(path, TOMBSTONES) };
  }
  assert.deepEqual(result.aside, [folder.at("kioku.db.damaged-20260301T120000Z")]);
  assert.deepEqual(names, ["kioku.db", "kioku.db.damaged-20260301T120000Z"]);
  assert.deepEqual(Deno.readFileSync(result.aside[0] ?? ""), bytes, "what is set aside is as it was");
  assert.deepEqual(integrity(path), ["ok"]);
  return { result, states: rowsOf(path, STATES), tombstones: rowsOf(path, TOMBSTONES) };
}

/** Checks that every observation that is not on a damaged page is there as it was, and that no deletion is lost. */
function assertKept(found: ReturnType<typeof salvaged>, damaged: ReadonlySet<number>, name: string): void {
  const { states, tombstones, pagesOf, pagesOfTombstones } = sample();
  const isHit = (id: string) => [...pagesOf.get(id) ?? []].some((page) => damaged.has(page));
  const tombstonesHit = [...pagesOfTombstones].some((page) => damaged.has(page));
  const after = new Map(found.states.map((row) => [String(row[0]), row]));
  for (const before of states) {
    const id = String(before[0]);
    if (!isHit(id)) assert.deepEqual(after.get(id), before, `${name}: ${id}`);
  }
  if (!tombstonesHit) assert.deepEqual(found.tombstones, tombstones, name);
  const lost: readonly string[] = found.result.status === "salvaged" ? found.result.lost : [];
  for (const id of lost) assert.ok(isHit(id), `${name}: ${id} is not on a damaged page, yet lost`);
}

/** Ways to damage a file: gives the pages that were hit. */
const DAMAGES: Readonly<Record<string, (bytes: Uint8Array, next: () => number) => number[]>> = {
  "one bit": (bytes, next) => {
    const at = Math.floor(next() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(next() * 8));
    return [Math.floor(at / PAGE) + 1];
  },
  "a page of zeros": (bytes, next) => {
    const page = Math.floor(next() * bytes.length / PAGE);
    bytes.fill(0, page * PAGE, (page + 1) * PAGE);
    return [page + 1];
  },
  "pages of noise": (bytes, next) => {
    const pages = Array.from({ length: 5 }, () => Math.floor(next() * bytes.length / PAGE));
    for (const page of pages) {
      for (let at = page * PAGE; at < (page + 1) * PAGE; at++) bytes[at] = Math.floor(next() * 256);
    }
    return pages.map((page) => page + 1);
  },
  "the header": (bytes, next) => {
    for (let at = 0; at < 100; at++) bytes[at] = Math.floor(next() * 256);
    return [1];
  },
  "the schema": (bytes, next) => {
    for (let at = 0; at < PAGE; at++) bytes[at] = Math.floor(next() * 256);
    return [1];
  },
};

for (const [name, damage] of Object.entries(DAMAGES)) {
  Deno.test(`salvage after damage to ${name} keeps what is not on a damaged page`, () => {
    for (let seed = 1; seed <= 8; seed++) {
      const bytes = sample().bytes.slice();
      const hit = new Set(damage(bytes, seededNumbers(seed)));
      // What the bit says may be right by chance, so that there is nothing to find.
      assertKept(salvaged(bytes), hit, `seed ${seed}`);
    }
  });
}

Deno.test("salvage keeps what a truncated file still holds", () => {
  for (const share of [0.95, 0.6, 0.2]) {
    const { bytes } = sample();
    const length = Math.floor(bytes.length * share) + 1234;
    const gone = new Set<number>();
    for (let page = Math.floor(length / PAGE) + 1; page <= bytes.length / PAGE; page++) gone.add(page);
    const found = salvaged(bytes.slice(0, length));
    assert.equal(found.result.status, "salvaged");
    assertKept(found, gone, `${share} of the file`);
  }
});

Deno.test("a sound database stays as it is, and by force is made anew with the same records", () => {
  const { bytes, states, tombstones } = sample();
  assert.equal(salvaged(bytes).result.status, "sound");
  const found = salvaged(bytes, true);
  assert.deepEqual(found.states, states);
  assert.deepEqual(found.tombstones, tombstones);
  assert.deepEqual(found.result.status === "salvaged" && found.result.lost, []);
});

Deno.test("what was deleted stays deleted when the tombstones are lost", () => {
  const { bytes, states, pagesOfTombstones } = sample();
  const damaged = bytes.slice();
  for (const page of pagesOfTombstones) damaged.fill(0, (page - 1) * PAGE, page * PAGE);
  const found = salvaged(damaged);
  assert.ok(states.some((row) => row[2] === 1));
  assert.deepEqual(found.states, states);
});

Deno.test("records whose author is lost keep the one that their payload names", () => {
  const authors = "SELECT o.id, a.session_id FROM observation o JOIN author a USING (author) ORDER BY o.id";
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  fillDatabase(path, 60);
  const before = rowsOf(path, authors);
  const bytes = Deno.readFileSync(path);
  for (const page of sample().pagesOfAuthors) bytes.fill(0, (page - 1) * PAGE, page * PAGE);
  Deno.writeFileSync(path, bytes);
  assert.equal(salvage(folder.path, testClock(), false, () => {}).status, "salvaged");
  assert.deepEqual(rowsOf(path, authors), before);
});

Deno.test("a payload that is no longer JSON is found, and goes to quarantine", () => {
  const bytes = sample().bytes.slice();
  const victim = testId(101);
  const text = `"observation_id": "${victim}"`;
  const at = indexOf(bytes, text);
  bytes[at] = "x".charCodeAt(0);
  const found = salvaged(bytes);
  assert.equal(found.result.status, "salvaged");
  assert.equal(found.states.length, sample().states.length - 1);
  assert.deepEqual(found.result.status === "salvaged" && found.result.lost, [victim]);
});

Deno.test("flags, quarantine and outbox are kept; what Python's files were like is forgotten", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  fillDatabase(path, 100);
  const store = openStore(path, testClock());
  store.run("INSERT INTO import_source VALUES ('/some/raw.db', 'stamp', 1)");
  store.close();
  const kept = [
    "SELECT * FROM secret_flag",
    "SELECT * FROM at_home",
    "SELECT key, digest, reason, seen_at, payload FROM quarantine ORDER BY key",
    "SELECT kind, id, scope, queued_at FROM outbox ORDER BY id",
  ];
  const before = kept.map((sql) => rowsOf(path, sql));
  salvage(folder.path, testClock(), true, () => {});
  assert.deepEqual(kept.map((sql) => rowsOf(path, sql)), before);
  assert.deepEqual(rowsOf(path, "SELECT * FROM import_source"), []);
});

Deno.test("a database that somebody uses is left alone", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  fillDatabase(path, 20);
  const other = openStore(path, testClock());
  try {
    const call = (): Salvaged => salvage(folder.path, testClock(), true, () => {});
    assert.throws(call, { name: "Failure", message: /^Cannot salvage: another process uses the database/ });
    other.run("INSERT INTO meta VALUES ('still', 'usable')");
  } finally {
    other.close();
  }
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["kioku.db"]);
});

Deno.test("the log of a database that was not closed is salvaged and set aside with it", () => {
  using folder = tempFolder();
  using killed = tempFolder();
  const path = folder.at("kioku.db");
  fillDatabase(path, 30);
  const store = openStore(path, testClock());
  fillDatabase(path, 30, 1000);
  for (const side of ["", "-wal", "-shm"]) Deno.copyFileSync(path + side, killed.at(`kioku.db${side}`));
  store.close();
  const header = Deno.openSync(killed.at("kioku.db"), { write: true });
  header.writeSync(new Uint8Array(100).fill(255));
  header.close();
  const files = ["", "-wal"].map((side) => Deno.readFileSync(killed.at(`kioku.db${side}`)));
  const result = salvage(killed.path, testClock(), true, () => {});
  assert.equal(result.status, "salvaged");
  const aside = killed.at("kioku.db.damaged-20260301T120000Z");
  assert.deepEqual(["", "-wal"].map((side) => Deno.readFileSync(aside + side)), files);
  assert.deepEqual(rowsOf(killed.at("kioku.db"), STATES), rowsOf(path, STATES));
});

Deno.test("salvage refuses what is not there, newer, or another program's", () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  const call = (): Salvaged => salvage(folder.path, testClock(), false, () => {});
  assert.throws(call, { name: "Failure", message: /^Cannot salvage: there is no database/ });
  const store = openStore(path, testClock());
  store.script("PRAGMA user_version = 99");
  store.close();
  assert.throws(call, { name: "Failure", message: /newer version/ });
  const again = openStore(path, testClock(), Array.from({ length: 99 }, () => ""));
  again.script("PRAGMA user_version = 1; PRAGMA application_id = 7");
  again.close();
  assert.throws(call, { name: "Failure", message: /another program's/ });
});

function indexOf(bytes: Uint8Array, text: string): number {
  const wanted = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at++) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  throw new Error(`${text} is not in the file`);
}
