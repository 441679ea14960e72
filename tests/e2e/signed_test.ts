import assert from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "../../lib/store/open.ts";
import { quarantine } from "../../lib/store/quarantine.ts";
import { testClock } from "../support/clock.ts";
import { observationOf, TEST_AUTHOR, testId } from "../support/observations.ts";
import { recordKey } from "../../lib/core/keyspace.ts";
import { MESH } from "../../lib/core/scope.ts";
import { UNSIGNED } from "../../lib/trust/reasons.ts";
import { type Home, newHome } from "./support/program.ts";

/** A host with a certificate of an authority of its own. */
async function certified(home: Home): Promise<void> {
  using ca = newHome();
  await ca.ok(["tls", "init-ca"]);
  const request = await home.ok(["tls", "request", "--san", "laptop", "--user", "alice"]);
  const bundle = await ca.ok(["tls", "sign", "--yes"], { stdin: request });
  await home.ok(["tls", "install"], { stdin: bundle });
}

Deno.test("a host with a certificate signs what it saves, and every form of output tells", async () => {
  using home = newHome();
  const before = JSON.parse(await home.ok(["save", "before", "--json"])).observation_id;
  assert.ok(!(await home.ok(["get", before])).includes("signature"));
  await certified(home);
  const after = JSON.parse(await home.ok(["save", "after", "--json"])).observation_id;
  assert.match(await home.ok(["get", after]), /^signature: verified$/m);
  assert.match(await home.ok(["get", before]), /^signature: unsigned$/m);
  const shown = JSON.parse(await home.ok(["get", after, "--json"])).memory;
  assert.equal(shown._signature, "verified");
  assert.match(shown._sig, /^1\.[0-9a-f]{32}\.[\w-]{86}$/);
  assert.match(await home.ok(["search", "after"]), /^\[note\]\[2\]\[verified\] /);
  assert.match(
    await home.ok(["search", "before", "--format", "markdown"]),
    /^- \*\*\[note\]\[2\]\[unsigned\]\*\* /,
  );
  assert.deepEqual(
    JSON.parse(await home.ok(["search", "--json"])).memories.map((one: { _signature: string }) =>
      one._signature
    ),
    ["verified", "unsigned"],
  );
  await home.ok(["delete", after]);
  assert.match(await home.ok(["get", after, "--include-hidden"]), /^deletion: verified$/m);
  // A certificate without its key, or for another host, does not stop anybody, and is told.
  Deno.removeSync(join(home.config, "tls", "peer.key"));
  const { code, stderr, stdout } = await home.run(["save", "later", "--json"]);
  assert.equal(code, 0);
  assert.match(stderr, /What is saved here is not signed: .*peer\.key is missing/);
  assert.match(await home.ok(["get", JSON.parse(stdout).observation_id]), /^signature: unsigned$/m);
  Deno.writeTextFileSync(join(home.config, "config.yaml"), "signatures: accept\n");
  assert.ok(!(await home.ok(["get", before])).includes("signature"));
  Deno.writeTextFileSync(join(home.config, "config.yaml"), "signatures: maybe\n");
  assert.match((await home.run(["status"])).stderr, /signatures is "maybe", not accept or mark or refuse/);
});

Deno.test("purge shows what a host did, and undoes it when told", async () => {
  using home = newHome();
  await home.ok(["save", "one"]);
  await home.ok(["save", "two"]);
  const { pc_id: host } = JSON.parse(await home.ok(["status", "--json"]));
  const args = ["purge", "--host", host, "--since", "1d"];
  assert.match(await home.ok(args), /wrote: 2 \(to be deleted\)\n.*\nDry run/);
  assert.equal((await home.run([...args, "--execute"])).code, 2);
  const { executed, deleted, restored } = JSON.parse(
    await home.ok([...args, "--execute", "--yes", "--json"]),
  );
  assert.deepEqual([executed, deleted, restored], [true, 2, 0]);
  assert.match(await home.ok(["search"]), /No matching memories/);
  assert.match(await home.ok(args), /wrote: 0/);
  for (
    const [wrong, message] of [
      [["purge", "--since", "1d"], /name the host with --host/],
      [["purge", "--host", "short", "--since", "1d"], /name the host with --host/],
      [["purge", "--host", host], /say from when on with --since/],
      [["purge", "--host", host, "--since", "soon"], /it is not a time/],
    ] as const
  ) {
    const { code, stderr } = await home.run(wrong);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});

Deno.test("quarantine groups by reason, shows one, and lets out what is taken by now", async () => {
  using home = newHome();
  await home.ok(["save", "an ordinary one"]);
  const observation = observationOf({ id: testId(1), content: "what waited" });
  const store = openStore(join(home.state, "kioku.db"), testClock());
  const seenAt = testClock()();
  const key = recordKey("obs", MESH, TEST_AUTHOR, testId(1));
  quarantine(store, { key, payload: observation.payload, reason: UNSIGNED, seenAt });
  for (const n of [2, 3]) {
    const reason = `its id ${testId(n)} is not its key's`;
    quarantine(store, { key: `mem/mesh/obs/${n}`, payload: `\u001b[31m{${n}`, reason, seenAt });
  }
  store.close();
  const reasons = await home.ok(["quarantine", "--reasons"]);
  assert.match(
    reasons,
    /^2 {2}2026-03-01T12:00:00 {2}its id … is not its key's\n1 {2}2026-03-01T12:00:00 {2}signature: none/,
  );
  assert.deepEqual(
    JSON.parse(await home.ok(["quarantine", "--reasons", "--json"])).map(({ count }: { count: number }) =>
      count
    ),
    [2, 1],
  );
  const listed = JSON.parse(await home.ok(["quarantine", "--json", "--limit", "2"]));
  assert.equal(listed.length, 2);
  const shown = await home.ok(["quarantine", testId(1)]);
  assert.ok(shown.startsWith(`key: ${key}\nreason: signature: none`));
  assert.ok(shown.endsWith(`---\n${observation.payload}\n`));
  assert.equal(
    JSON.parse(await home.ok(["quarantine", listed[0].digest.slice(0, 8), "--json"])).key,
    listed[0].key,
  );
  for (const [wrong, code] of [["xyz", 2], ["0".repeat(32), 1]] as const) {
    assert.equal((await home.run(["quarantine", wrong])).code, code);
  }
  Deno.mkdirSync(home.config, { recursive: true });
  Deno.writeTextFileSync(join(home.config, "config.yaml"), "signatures: refuse\n");
  assert.match(await home.ok(["quarantine", "--retry"]), /0 came out, 3 are left/);
  Deno.removeSync(join(home.config, "config.yaml"));
  assert.match(await home.ok(["quarantine", "--retry"]), /looked at 1 again: 1 came out, 2 are left/);
  assert.match(await home.ok(["search", "waited"]), /what waited/);
});
