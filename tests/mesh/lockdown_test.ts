import assert from "node:assert/strict";
import { attack, layTraps } from "../e2e/attack/attack.ts";
import { meshHome, setUp } from "./support/command.ts";
import { routerTest } from "./support/host.ts";

/** All that somebody inside the peer can do, as docs/security.md says it. */
const WORKS: readonly string[] = [
  "connect",
  "connect through node",
  "fetch",
  "import a file",
  "list a folder",
  "listen",
  "listen to other hosts",
  "make a link",
  "open a file",
  "open another database",
  "read a file",
  "read a file in a worker",
  "read a file through node:fs",
  "remove a file",
  "run a process",
  "stat a file",
  "write a file",
];

routerTest(
  "peer: an attacker inside can do what the peer is for, and what its documentation says",
  async () => {
    using home = meshHome();
    await setUp(home);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response("hello"),
    );
    layTraps(home, server.addr.port);
    const { worked } = await attack(home, ["peer", "--until-drained=1"], "");
    assert.deepEqual(worked.toSorted(), WORKS.toSorted());
  },
);
