import assert from "node:assert/strict";
import { Commits } from "../../../lib/mesh/commits.ts";
import { systemTimer, type Timer } from "../../../lib/mesh/timer.ts";
import { openStore } from "../../../lib/store/open.ts";
import { writeMeta } from "../../../lib/store/meta.ts";
import { testClock } from "../../support/clock.ts";
import { tempFolder } from "../../support/folder.ts";

/** Commits elsewhere, and waits until that is told. Fails after 5 s. */
async function told(path: string, heard: () => number, value: string): Promise<void> {
  const before = heard();
  const other = openStore(path, testClock());
  other.write(() => writeMeta(other, "x", value));
  const over = performance.now() + 5_000;
  while (heard() === before && performance.now() < over) {
    await new Promise<void>((resolve) => systemTimer(1, resolve));
  }
  other.close();
  assert.ok(heard() > before, `the commit of ${value} was not told of`);
}

Deno.test("what another connection commits is told of, what this one commits is not", async () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  const store = openStore(path, testClock());
  let count = 0;
  using _commits = new Commits({ store, path, timer: systemTimer, changed: () => count++ });
  for (let n = 0; n < 5; n++) await told(path, () => count, `${n}`);
  const before = count;
  store.write(() => writeMeta(store, "x", "own"));
  await new Promise<void>((resolve) => systemTimer(150, resolve));
  assert.equal(count, before);
  store.close();
});

Deno.test("where the system tells of nothing, looking finds it", async () => {
  using folder = tempFolder();
  const path = folder.at("kioku.db");
  const store = openStore(path, testClock());
  const pauses: number[] = [];
  const timer: Timer = (milliseconds, then) => {
    pauses.push(milliseconds);
    return systemTimer(milliseconds, then);
  };
  let count = 0;
  using _commits = new Commits({ store, path: folder.at("absent.db"), timer, changed: () => count++ });
  for (let n = 0; n < 3; n++) await told(path, () => count, `${n}`);
  assert.deepEqual([...new Set(pauses)], [50], "it goes on looking often");
  store.close();
});
