import assert from "node:assert/strict";
import { UsageError } from "../../lib/core/errors.ts";
import { readZenohd } from "../../lib/mesh/adopt.ts";
import { formatEndpoint } from "../../lib/mesh/endpoint.ts";
import { goldenText } from "../support/golden.ts";

function read(text: string) {
  const { listen, connect, ...rest } = readZenohd(text, "zenohd.json5");
  return { listen: listen.map(formatEndpoint), connect: connect.map(formatEndpoint), ...rest };
}

Deno.test("what Python's version wrote is taken over", () => {
  assert.deepEqual(read(goldenText("zenohd_hub.json5")), {
    listen: ["tcp/127.0.0.1:7447", "tcp/192.0.2.1:7447"],
    connect: [],
    tls: undefined,
    broad: false,
  });
  assert.deepEqual(read(goldenText("zenohd_spoke.json5")).connect, [
    "tcp/192.0.2.1:7447",
    "tcp/192.0.2.2:7447",
  ]);
  assert.deepEqual(read(goldenText("zenohd_spoke_tls.json5")), {
    listen: ["tcp/127.0.0.1:7447", "tls/192.0.2.9:7447"],
    connect: ["tls/192.0.2.1:7447"],
    tls: "/home/u/.config/kioku-mesh/tls",
    broad: false,
  });
});

Deno.test("what people write by hand is taken over too", () => {
  assert.deepEqual(
    read(`// mine
{ mode: 'router', connect: { endpoints: { router: ['tcp/[FD00::5]:7447',], peer: [] } },
  plugins: { storage_manager: { storages: { agent_mem: { key_expr: "mem/**" } } } } }`),
    { listen: [], connect: ["tcp/[fd00::5]:7447"], tls: undefined, broad: true },
  );
  assert.deepEqual(read("{}"), { listen: [], connect: [], tls: undefined, broad: false });
});

Deno.test("what cannot be taken over is refused with the file's name", () => {
  for (
    const text of [
      "",
      "{",
      "[]",
      "{ listen: { endpoints: 7 } }",
      "{ listen: { endpoints: [7] } }",
      '{ connect: { endpoints: ["bogus/x"] } }',
      '{ transport: { link: { tls: { listen_certificate: "/a/cert.pem" } } } }',
      '{ transport: { link: { tls: { listen_certificate: "/a/peer.crt", listen_private_key: "/b/peer.key" } } } }',
    ]
  ) assert.throws(() => readZenohd(text, "zenohd.json5"), UsageError, text);
});
