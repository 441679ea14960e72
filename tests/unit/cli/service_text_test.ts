import assert from "node:assert/strict";
import { launchdAgent, systemdUnit } from "../../../lib/cli/service_text.ts";

const SERVICE = {
  program: '/opt/my tools/$x "100%"/kioku-mesh',
  variables: new Map([["KIOKU_MESH_STATE_DIR", "/srv/a b/50%$x"]]),
  writes: ["/srv/a b/50%$x", "/home/alice/.cache/kioku-mesh"],
};

Deno.test("the systemd unit runs the peer, quotes what systemd would read otherwise, and locks it in", () => {
  const unit = systemdUnit(SERVICE);
  const lines = unit.split("\n");
  for (
    const line of [
      String.raw`ExecStart="/opt/my tools/$$x \"100%%\"/kioku-mesh" peer`,
      'Environment="KIOKU_MESH_STATE_DIR=/srv/a b/50%%$x"',
      'ReadWritePaths="/srv/a b/50%%$x" "/home/alice/.cache/kioku-mesh"',
      "NoNewPrivileges=yes",
      "ProtectSystem=strict",
      "ProtectHome=read-only",
      "PrivateTmp=yes",
      "KillMode=mixed",
      "Restart=on-failure",
      "WantedBy=default.target",
    ]
  ) assert.ok(lines.includes(line), `${line}\n${unit}`);
  // A user's own manager has no capabilities to drop: such a unit would not start. A JIT compiler writes code.
  for (
    const word of [
      "CapabilityBoundingSet",
      "PrivateDevices",
      "ProtectClock",
      "ProtectKernelModules",
      "MemoryDenyWriteExecute",
    ]
  ) {
    assert.ok(!unit.includes(word), word);
  }
});

Deno.test("the launchd agent is well-formed and runs the peer", () => {
  const agent = launchdAgent({ ...SERVICE, program: "/opt/<a>&b/kioku-mesh" }, "/srv/state/peer.log");
  assert.ok(agent.includes("<string>/opt/&lt;a&gt;&amp;b/kioku-mesh</string>\n    <string>peer</string>"));
  assert.ok(agent.includes("<key>KIOKU_MESH_STATE_DIR</key>\n    <string>/srv/a b/50%$x</string>"));
  const open: string[] = [];
  for (const [, close, name = "", empty] of agent.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (empty === "/") continue;
    if (close === "") open.push(name);
    else assert.equal(open.pop(), name);
  }
  assert.deepEqual(open, []);
});
