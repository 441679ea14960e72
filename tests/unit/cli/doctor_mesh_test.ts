import assert from "node:assert/strict";
import { DAY, HOUR } from "../../../lib/core/clock.ts";
import { checkOutbox, checkPeer, checkReconciled, checkVersions } from "../../../lib/cli/doctor/mesh.ts";
import { endsSoon } from "../../../lib/trust/validity.ts";
import type { PeerFacts } from "../../../lib/cli/peer_facts.ts";
import { parseTime } from "../../../lib/core/time.ts";
import { VERSION } from "../../../lib/core/version.ts";

const NOW = parseTime("2026-01-31T12:00:00Z") ?? 0;

const WELL: PeerFacts = {
  peer_runs: true,
  router_up: true,
  connected: ["aa"],
  hosts: [{ id: "b", name: "b", role: "spoke", version: VERSION }],
  waiting: 0,
  waiting_since: null,
  unshared: 0,
  last_reconcile: "2026-01-31T11:59:00.000000Z",
  catching_up: false,
  lag_ms: 5,
  access: null,
  warning: null,
};

Deno.test("a certificate is renewed a month before its end, a short one in its last third", () => {
  const year = { notBefore: NOW - 300 * DAY, notAfter: NOW };
  assert.equal(endsSoon({ ...year, notAfter: NOW + 31 * DAY }, NOW), false);
  assert.equal(endsSoon({ ...year, notAfter: NOW + 29 * DAY }, NOW), true);
  const short = { notBefore: NOW - 12 * HOUR, notAfter: NOW + 12 * HOUR };
  assert.equal(endsSoon(short, NOW), false);
  assert.equal(endsSoon(short, NOW + 5 * HOUR), true);
});

Deno.test("a mesh that is well has no warnings; each trouble has one that says what", () => {
  const looked = (facts: PeerFacts, mode = "hub") =>
    [checkPeer(facts, mode), checkOutbox(facts, NOW), checkReconciled(facts, NOW), checkVersions(facts)]
      .filter(({ status }) => status !== "pass").map(({ name, status, summary }) =>
        `${name} ${status}: ${summary}`
      );
  assert.deepEqual(looked(WELL), []);
  assert.deepEqual(looked({ ...WELL, connected: [] }), [], "a hub may be alone");
  assert.match(looked({ ...WELL, connected: [] }, "spoke").join(), /^peer warn: it reaches no hub/);
  assert.match(looked({ ...WELL, router_up: false }).join(), /^peer fail: its router is down/);
  assert.match(
    looked({ ...WELL, peer_runs: false, waiting: 3 }).join(),
    /^peer warn: none runs.*3 records wait/,
  );
  const old = { ...WELL, waiting: 2, waiting_since: "2026-01-31T11:00:00.000000Z" };
  assert.match(looked(old).join(), /^outbox warn: 2 records wait, the oldest for 60 minutes/);
  assert.deepEqual(looked({ ...old, waiting_since: "2026-01-31T11:50:00.000000Z" }), []);
  assert.match(looked({ ...WELL, unshared: 4 }).join(), /^outbox warn: 4 records are not shared/);
  assert.match(looked({ ...WELL, last_reconcile: null }).join(), /^comparison warn: .*never/);
  assert.match(looked({ ...WELL, last_reconcile: "2026-01-28T12:00:00.000000Z" }).join(), /72 hours ago/);
  const other = { id: "c", name: "c", role: "hub", version: "1.9.0" };
  assert.match(
    looked({ ...WELL, hosts: [...WELL.hosts, other] }).join(),
    /^versions warn: 1 hosts run another/,
  );
});
