import assert from "node:assert/strict";
import { freePort } from "../../lib/mesh/ports.ts";
import type { Home } from "../e2e/support/program.ts";
import { meshHome, start } from "../mesh/support/command.ts";
import { routerTest, until } from "../mesh/support/host.ts";
import { Ledger } from "../mesh/support/ledger.ts";
import { startRawClient } from "../mesh/support/raw_client.ts";
import { testAuthority, writeTlsFolder } from "../support/certificates.ts";
import { tempFolder } from "../support/folder.ts";
import { PythonHost } from "./python_host.ts";

async function save(home: Home, text: string): Promise<string> {
  return JSON.parse(await home.ok(["save", text, "--json"])).observation_id;
}

async function found(home: Home, id: string): Promise<void> {
  await until(`${id} is there`, async () => (await home.run(["get", id])).code === 0, 20_000);
}

routerTest(
  "a Python host on a hub that enforces scopes can put but not read, which status says",
  async () => {
    using hub = meshHome();
    using spoke = meshHome();
    using folder = tempFolder();
    const ledger = new Ledger(await testAuthority());
    await ledger.enrol(hub, "hub");
    await ledger.enrol(spoke, "spoke");
    const theirs = writeTlsFolder(folder.at("tls"), await ledger.issue("python"));
    ledger.copyTo(hub);
    const endpoint = `tls/127.0.0.1:${freePort()}`;
    await hub.ok(["init", "--mode", "hub", "--tls", "--listen", endpoint]);
    await spoke.ok(["init", "--mode", "spoke", "--tls", "--connect", endpoint]);
    await using hubPeer = start(hub, ["peer"]);
    await hubPeer.line(/router up/);
    await using spokePeer = start(spoke, ["peer"]);
    await spokePeer.line(/caught up/);

    const own = `tcp/127.0.0.1:${freePort()}`;
    using host = new PythonHost(own);
    const tls = { ca: `${theirs}/ca.crt`, certificate: `${theirs}/peer.crt`, key: `${theirs}/peer.key` };
    const init = ["--mode", "spoke", "--listen", own, "--connect", "tcp/127.0.0.1:1"];
    await using _router = await host.startSecuredRouter({ ...tls, connect: endpoint }, ...init);
    const ours = await save(spoke, "an egret of ours");
    await found(hub, ours);
    await until(
      "Python's router has its link",
      () => hubPeer.lines.some((line) => /turned away: python-\d+/.test(line)),
    );
    const id = await host.save("a heron of theirs");
    await found(hub, id);
    await found(spoke, id);

    assert.equal(await host.run("--rebuild", "search", "egret"), "No matching memories.\n");
    assert.deepEqual([...(await host.stored()).keys()], [id]);
    const status = async () => Object(JSON.parse(await hub.ok(["status", "--json"])).mesh).access;
    await until("status says it", async () => Object(await status()).put_only?.length === 1);
    assert.match((await status()).put_only[0], /^python-\d+$/);
    assert.match(
      await hub.ok(["status"]),
      /^access: by scope, certificates: 3, turned away: \d+\n +python-\d+ .*can put here but not read$/m,
    );
  },
);

routerTest("a Python client of a spoke with certificates sees what comes, live", async () => {
  using hub = meshHome();
  using spoke = meshHome();
  const ledger = new Ledger(await testAuthority());
  await ledger.enrol(hub, "hub");
  await ledger.enrol(spoke, "spoke");
  ledger.copyTo(hub);
  const endpoint = `tls/127.0.0.1:${freePort()}`;
  const plain = freePort();
  await hub.ok(["init", "--mode", "hub", "--tls", "--listen", endpoint]);
  await spoke.ok([
    "init",
    "--mode",
    "spoke",
    "--tls",
    "--connect",
    endpoint,
    `--plaintext-loopback=${plain}`,
  ]);
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up/);
  await using spokePeer = start(spoke, ["peer"]);
  await spokePeer.line(/caught up/);

  // What Python 1.2.0 subscribes to for as long as it runs (compat data §1.1).
  await using client = await startRawClient({ endpoint: `tcp/127.0.0.1:${plain}` });
  await client.subscribe("mem/**/obs/**");
  using host = new PythonHost(`tcp/127.0.0.1:${plain}`);
  const theirs = await host.save("a heron of theirs");
  await found(hub, theirs);
  const ours = await save(hub, "an egret of ours");
  await until("the client has seen both", async () => {
    const seen = (await client.seen()).map(([key]) => key.slice(-32));
    return [theirs, ours].every((id) => seen.includes(id));
  });
});
