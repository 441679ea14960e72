import assert from "node:assert/strict";
import { join } from "node:path";
import type { Home } from "../e2e/support/program.ts";
import { freePort } from "../../lib/mesh/ports.ts";
import { meshHome, start } from "../mesh/support/command.ts";
import { routerTest, until } from "../mesh/support/host.ts";
import { tempFolder } from "../support/folder.ts";
import { PythonHost } from "./python_host.ts";

async function found(home: Home, id: string): Promise<void> {
  await until(`${id} is there`, async () => (await home.run(["get", id])).code === 0, 20_000);
}

routerTest("Python's router comes in with what our authority signed and Python installed", async () => {
  using hub = meshHome();
  using folder = tempFolder();
  const endpoint = `tls/127.0.0.1:${freePort()}`;
  await hub.ok(["init", "--mode", "hub", "--tls", "--listen", endpoint]);
  const own = `tcp/127.0.0.1:${freePort()}`;
  using host = new PythonHost(own);
  const request = await host.run("tls", "request", "--san", "python-host");
  Deno.writeTextFileSync(folder.at("bundle"), await hub.ok(["tls", "sign", "--yes"], { stdin: request }));
  await host.run("tls", "install", folder.at("bundle"));
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up/);
  const file = (name: string) => join(host.tlsFolder, name);
  await using _router = await host.startSecuredRouter(
    { ca: file("ca.crt"), certificate: file("peer.crt"), key: file("peer.key"), connect: endpoint },
    ...["--mode", "spoke", "--listen", own, "--connect", "tcp/127.0.0.1:1"],
  );
  await found(hub, await host.save("a heron of theirs"));
});

routerTest("a hub and a spoke of ours connect with the files of Python's authority", async () => {
  using hub = meshHome();
  using spoke = meshHome();
  using folder = tempFolder();
  using authority = new PythonHost("tcp/127.0.0.1:1");
  await authority.run("tls", "init-ca");
  const endpoint = `tls/127.0.0.1:${freePort()}`;
  for (const home of [hub, spoke]) {
    using asking = new PythonHost("tcp/127.0.0.1:1");
    Deno.writeTextFileSync(folder.at("request"), await asking.run("tls", "request", "--san", "127.0.0.1"));
    Deno.writeTextFileSync(folder.at("bundle"), await authority.run("tls", "sign", folder.at("request")));
    await asking.run("tls", "install", folder.at("bundle"));
    const tls = join(home.config, "tls");
    Deno.mkdirSync(tls, { recursive: true });
    for (const { name } of Deno.readDirSync(asking.tlsFolder)) {
      Deno.copyFileSync(join(asking.tlsFolder, name), join(tls, name));
    }
  }
  const { stderr } = await hub.run(["init", "--mode", "hub", "--tls", "--listen", endpoint]);
  assert.match(stderr, /copy ledger\.jsonl/);
  // Python's authority keeps none.
  const config = join(hub.config, "config.yaml");
  Deno.writeTextFileSync(config, `${Deno.readTextFileSync(config)}enforce_scopes: false\n`);
  await spoke.ok(["init", "--mode", "spoke", "--tls", "--connect", endpoint]);
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up/);
  await using spokePeer = start(spoke, ["peer"]);
  await spokePeer.line(/caught up/);
  const { observation_id } = JSON.parse(await spoke.ok(["save", "an egret of ours", "--json"]));
  await found(hub, observation_id);
});
