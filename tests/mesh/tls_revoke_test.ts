import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Home } from "../e2e/support/program.ts";
import { freePort } from "../../lib/mesh/ports.ts";
import { meshHome, start } from "./support/command.ts";
import { routerTest, until } from "./support/host.ts";

/** The serial numbers that a host knows to be revoked. */
function revoked(home: Home): string[] {
  using db = new DatabaseSync(`${home.state}/kioku.db`, { readOnly: true });
  return db.prepare("SELECT serial FROM revocation").all().map(({ serial }) => String(serial));
}

async function join(hub: Home, spoke: Home, name: string, endpoint: string): Promise<string> {
  const request = await spoke.ok(["tls", "request", "--san", name]);
  await spoke.ok(["tls", "install"], { stdin: await hub.ok(["tls", "sign", "--yes"], { stdin: request }) });
  await spoke.ok(["init", "--mode", "spoke", "--tls", "--connect", endpoint]);
  return JSON.parse(await spoke.ok(["tls", "info", "--json"])).certificate.serial;
}

routerTest(
  "what is revoked gets nothing through while it is connected, and every host hears of it",
  async () => {
    using hub = meshHome();
    using kept = meshHome();
    using lost = meshHome();
    const endpoint = `tls/127.0.0.1:${freePort()}`;
    await hub.ok(["init", "--mode", "hub", "--tls", "--listen", endpoint]);
    await join(hub, kept, "kept", endpoint);
    const serial = await join(hub, lost, "lost", endpoint);
    await using hubPeer = start(hub, ["peer"]);
    await hubPeer.line(/router up/);
    await using keptPeer = start(kept, ["peer"]);
    await using lostPeer = start(lost, ["peer"]);
    await Promise.all([keptPeer.line(/caught up/), lostPeer.line(/caught up/)]);
    const before = JSON.parse(await lost.ok(["save", "before", "--wait", "--json"]));
    assert.equal(before.confirmed, true);

    assert.match(await hub.ok(["tls", "revoke", "lost", "--reason", "stolen"]), /^revoked lost-/);
    await hubPeer.line(/certificates that get in: 2/);
    await hubPeer.line(/turned away: .*revoked/);
    const after = await lost.run(["save", "after", "--wait=3", "--json"]);
    assert.deepEqual([after.code, JSON.parse(after.stdout).confirmed], [1, false]);
    for (const home of [hub, kept]) {
      await until("the revocation is known", () => revoked(home).includes(serial), 20_000);
      assert.equal((await home.run(["get", JSON.parse(after.stdout).observation_id])).code, 1);
    }
    // The hub itself goes on, and what it lets in too.
    const { observation_id } = JSON.parse(
      await kept.ok(["save", "among those who are left", "--wait", "--json"]),
    );
    await until("it is there", async () => (await hub.run(["get", observation_id])).code === 0);
  },
);
