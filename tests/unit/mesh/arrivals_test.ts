import assert from "node:assert/strict";
import { recordKey } from "../../../lib/core/keyspace.ts";
import { MESH } from "../../../lib/core/scope.ts";
import { Allowances } from "../../../lib/mesh/allowance.ts";
import { Arrivals } from "../../../lib/mesh/arrivals.ts";
import type { Sample } from "../../../lib/mesh/session.ts";
import { systemTimer } from "../../../lib/mesh/timer.ts";
import { listQuarantine } from "../../../lib/store/quarantine.ts";
import { testContext } from "../../support/context.ts";
import { observationOf, TEST_AUTHOR, testId } from "../../support/observations.ts";

const FLOODER = { ...TEST_AUTHOR, pcId: "f".repeat(32) };

function sampleOf(n: number, author: typeof TEST_AUTHOR = TEST_AUTHOR): Sample {
  const { payload } = observationOf({ id: testId(n), author });
  const key = recordKey("obs", MESH, author, testId(n));
  return { key, payload: new TextEncoder().encode(payload), deleted: false };
}

/** Arrivals at a host whose clock stands until it is moved, and what they told. */
function receiving(allowances: { atOnce: number; aSecond: number }) {
  const { store, clock, ...context } = testContext();
  let now = clock();
  const told: string[] = [];
  const arrivals = new Arrivals({
    store,
    clock: () => now,
    timer: systemTimer,
    republish: false,
    refuseUnproven: false,
    failPoint: () => {},
    allowances: new Allowances(() => now, allowances.atOnce, allowances.aSecond),
    events: {
      applied: () => {},
      learned: () => {},
      refused: (error) => assert.fail(String(error)),
      slowed: (source) => void told.push(`slowed ${source}`),
      overflowed: (source, letGo) => void told.push(`let go ${letGo} of ${source}`),
    },
  });
  const count = (pcId: string) =>
    store.get(
      "SELECT count(*) AS n FROM observation o JOIN author a ON a.author = o.author WHERE a.pc_id = ?",
      [pcId],
      (row) => Number(row.n),
    );
  return {
    arrivals,
    told,
    store,
    count,
    advance: (seconds: number) => void (now += seconds * 1_000_000),
    [Symbol.asyncDispose]: async () => {
      await arrivals.stop(0);
      context[Symbol.dispose]();
    },
  };
}

Deno.test("a host that floods is slowed, and what others send meanwhile is taken at once", async () => {
  await using host = receiving({ atOnce: 100, aSecond: 10 });
  const { arrivals, told, count } = host;
  for (let n = 0; n < 300; n++) arrivals.receive(sampleOf(n, FLOODER));
  for (let n = 300; n < 350; n++) arrivals.receive(sampleOf(n));
  await arrivals.settled();
  assert.deepEqual([count(FLOODER.pcId), count(TEST_AUTHOR.pcId)], [100, 50]);
  assert.deepEqual(told, [`slowed ${FLOODER.pcId}`]);
  assert.ok(!arrivals.busy);
  // What is asked for is not part of a flood.
  for (let n = 400; n < 420; n++) arrivals.fetched(sampleOf(n, FLOODER));
  await arrivals.settled();
  assert.equal(count(FLOODER.pcId), 120);
  host.advance(30);
  arrivals.receive(sampleOf(500));
  await arrivals.settled();
  assert.equal(count(FLOODER.pcId), 220);
  assert.deepEqual(told, [`slowed ${FLOODER.pcId}`], "it is one flood");
});

Deno.test("what is here already costs a host nothing", async () => {
  await using host = receiving({ atOnce: 100, aSecond: 10 });
  for (let round = 0; round < 10; round++) {
    for (let n = 0; n < 80; n++) host.arrivals.receive(sampleOf(n));
    await host.arrivals.settled();
  }
  for (let n = 100; n < 115; n++) host.arrivals.receive(sampleOf(n));
  await host.arrivals.settled();
  assert.deepEqual([host.count(TEST_AUTHOR.pcId), host.told], [95, []]);
});

Deno.test("what is too much to wait is let go, set down as one line, and fetched when it is over", async () => {
  await using host = receiving({ atOnce: 1_000, aSecond: 10 });
  const { arrivals, told, store } = host;
  const large = new Uint8Array(1_000_000);
  for (let n = 0; n < 200; n++) arrivals.receive({ ...sampleOf(n, FLOODER), payload: large });
  arrivals.receive(sampleOf(999));
  await arrivals.settled();
  const [told1, told2] = told;
  assert.equal(told1, `slowed ${FLOODER.pcId}`);
  const [, letGo] = /^let go (\d+) of f+$/.exec(told2 ?? "") ?? [];
  assert.ok(Number(letGo) > 100 && Number(letGo) < 200, told2);
  const lines = listQuarantine(store, 1_000).filter(({ key }) => key.startsWith("flood/"));
  assert.equal(lines.length, 1);
  assert.match(lines[0]?.payload ?? "", new RegExp(`^${letGo} records from 2026.* to 2026`));
  assert.equal(host.count(TEST_AUTHOR.pcId), 1);
});
