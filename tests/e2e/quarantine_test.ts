import assert from "node:assert/strict";
import { join } from "node:path";
import { quarantine } from "../../lib/store/quarantine.ts";
import { openStore } from "../../lib/store/open.ts";
import { testClock } from "../support/clock.ts";
import { newHome } from "./support/program.ts";

Deno.test("status and quarantine say what was let go for lack of room", async () => {
  using home = newHome();
  await home.ok(["save", "an ordinary one"]);
  const put = (count: number) => {
    const store = openStore(join(home.state, "kioku.db"), testClock());
    const bounds = { payloads: 8, bytes: 1_000_000, records: 16 };
    for (let n = 0; n < count; n++) {
      quarantine(store, { key: `key ${n}`, payload: "x".repeat(200 + n), reason: "r", seenAt: n }, bounds);
    }
    store.close();
  };
  put(8);
  assert.match(await home.ok(["status"]), /^quarantined: 8 \(`kioku-mesh quarantine` lists them\)$/m);
  assert.equal((await home.run(["quarantine"])).stderr, "");
  put(17);
  const { quarantined, quarantine_payloads_let_go: letGo, quarantine_records_forgotten: forgotten } = JSON
    .parse(
      await home.ok(["status", "--json"]),
    );
  assert.deepEqual([quarantined, letGo, forgotten], [17, 10, 3]);
  assert.match(
    await home.ok(["status"]),
    /^quarantined: 17 \(.*\); for lack of room 10 without payload, 3 only counted$/m,
  );
  for (const args of [["quarantine"], ["quarantine", "--json"]]) {
    const { stdout, stderr } = await home.run(args);
    assert.match(
      stderr,
      /^of 10 payloads only the size and SHA-256 were kept, .*\n3 older records are only counted/,
    );
    assert.ok(stdout.includes("key 16") && !stdout.includes("key 0"));
  }
  const listed = JSON.parse(await home.ok(["quarantine", "--json"]));
  assert.equal(listed.length, 14);
  assert.match(listed.at(-1).payload, /^203 bytes, SHA-256 [0-9a-f]{64}$/);
});
