import assert from "node:assert/strict";
import { MESH } from "../../../lib/core/scope.ts";
import { mergeObservation, mergeTombstone } from "../../../lib/memory/records.ts";
import { readIndexState } from "../../../lib/memory/search/index_state.ts";
import { formatTombstone } from "../../../lib/memory/tombstone.ts";
import { cellsOf } from "../../../lib/store/cells.ts";
import { PAGE } from "../../../lib/store/log.ts";
import { openStore } from "../../../lib/store/open.ts";
import { Pages } from "../../../lib/store/pages.ts";
import { testClock } from "../../support/clock.ts";
import { damageIndex, rowsOf } from "../../support/database.ts";
import { tempFolder } from "../../support/folder.ts";
import { observationOf, TEST_AUTHOR, testId } from "../../support/observations.ts";
import { seededNumbers } from "../../support/random.ts";

const BEFORE = 120;
const AFTER = 20;

const memory = (n: number) =>
  observationOf({
    id: testId(n),
    content: Array.from({ length: 60 }, (_, word) => `word${(n * word) % 997}`).join(" "),
  });

/** A database whose search index has several segments. */
function database(): Uint8Array {
  using folder = tempFolder();
  const store = openStore(folder.at("kioku.db"), testClock());
  for (let n = 0; n < BEFORE; n++) store.write(() => mergeObservation(store, memory(n), 0));
  store.close();
  return Deno.readFileSync(folder.at("kioku.db"));
}

type Damage = (path: string, next: () => number) => void;

// What the index says is wrong, while SQLite finds nothing wrong with the file.
const blobs: Damage = (path, next) => damageIndex(path, next, next() < 0.5 ? 1 : 0.05);

// The pages that hold the index are no pages any more.
const pages: Damage = (path, next) => {
  const bytes = Deno.readFileSync(path);
  using read = new Pages(path);
  for (let page = 2; page <= read.count; page++) {
    const [cell] = cellsOf(read, page);
    const isIndex = cell?.row !== undefined && cell.values.length === 2 &&
      cell.values[1] instanceof Uint8Array;
    if (!isIndex || next() > 0.4) continue;
    for (let at = (page - 1) * PAGE; at < page * PAGE; at++) bytes[at] = Math.floor(next() * 256);
  }
  Deno.writeFileSync(path, bytes);
};

for (const [name, damage] of Object.entries({ blobs, pages })) {
  Deno.test(`a search index with damaged ${name} stops neither save nor delete, and the damage is noted`, () => {
    const sound = database();
    let noted = 0;
    for (let seed = 1; seed <= 12; seed++) {
      using folder = tempFolder();
      const path = folder.at("kioku.db");
      Deno.writeFileSync(path, sound);
      damage(path, seededNumbers(seed));
      const store = openStore(path, testClock());
      for (let n = BEFORE; n < BEFORE + AFTER; n++) store.write(() => mergeObservation(store, memory(n), 0));
      for (let n = 0; n < AFTER; n++) {
        store.write(() => mergeTombstone(store, formatTombstone(testId(n), "test", 0), MESH, TEST_AUTHOR));
      }
      if (readIndexState(store).damaged) noted++;
      store.close();
      const states = rowsOf(path, "SELECT state, count(*) FROM observation GROUP BY state ORDER BY state");
      assert.deepEqual(states, [[0, BEFORE], [1, AFTER]], `seed ${seed}`);
    }
    // Where only a byte of what is not read has changed, nobody can notice.
    assert.ok(noted >= 8, `noted ${noted} times`);
  });
}
