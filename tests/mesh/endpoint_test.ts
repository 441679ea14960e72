import assert from "node:assert/strict";
import { UsageError } from "../../lib/core/errors.ts";
import { formatEndpoint, isLoopback, parseEndpoint, parseEndpoints } from "../../lib/mesh/endpoint.ts";

const RIGHT: readonly (readonly [text: string, endpoint: string])[] = [
  ["hub.example", "tcp/hub.example:7447"],
  ["hub.example:7000", "tcp/hub.example:7000"],
  ["10.0.0.5", "tcp/10.0.0.5:7447"],
  ["tcp/10.0.0.5", "tcp/10.0.0.5:7447"],
  ["tls/hub.example:7447", "tls/hub.example:7447"],
  ["tls/hub.example", "tls/hub.example:7447"],
  ["udp/10.0.0.5:1", "udp/10.0.0.5:1"],
  ["quic/hub:65535", "quic/hub:65535"],
  ["TCP/Hub.Example:7447", "tcp/hub.example:7447"],
  ["::1", "tcp/[::1]:7447"],
  ["[::1]", "tcp/[::1]:7447"],
  ["[fd00::5]:7000", "tcp/[fd00::5]:7000"],
  ["tls/[FD00::5]:7000", "tls/[fd00::5]:7000"],
  ["tls/fd00::5", "tls/[fd00::5]:7447"],
  ["tcp/[fe80::1%eth0]:7447", "tcp/[fe80::1%eth0]:7447"],
  ["tcp/0.0.0.0:7447#iface=eth0", "tcp/0.0.0.0:7447#iface=eth0"],
  ["  localhost ", "tcp/localhost:7447"],
  ["my_host-1", "tcp/my_host-1:7447"],
];

const WRONG = [
  "",
  " ",
  "tcp/",
  ":7447",
  "http/hub:1",
  "ws/127.0.0.1:10000",
  "tcp://hub:7447",
  "hub:",
  "hub:port",
  "hub:65536",
  "hub:-1",
  "hub:7447:7448",
  "fd00::5]:7447",
  "[fd00::5",
  "[hub]:7447",
  "10.0.0.256",
  "10.0.0",
  "a b",
  "tcp/hub/7447",
  "tcp/hub:7447#a b",
  '"hub"',
];

Deno.test("endpoints are read as people write them", () => {
  for (const [text, expected] of RIGHT) assert.equal(formatEndpoint(parseEndpoint(text)), expected, text);
});

Deno.test("what was read and written is read the same again", () => {
  for (const [text] of RIGHT) {
    const endpoint = parseEndpoint(text);
    assert.deepEqual(parseEndpoint(formatEndpoint(endpoint)), endpoint, text);
  }
});

Deno.test("what is no endpoint is refused with a way out", () => {
  for (const text of WRONG) {
    assert.throws(
      () => parseEndpoint(text),
      (error) => error instanceof UsageError && error.message.includes("HOST:PORT"),
      text,
    );
  }
});

Deno.test("what means the same is kept once", () => {
  const found = parseEndpoints(["b", "tcp/a:7447", "a", "::1", "[::1]:7447", "tls/a", "B:7447"]);
  assert.deepEqual(found.map(formatEndpoint), ["tcp/b:7447", "tcp/a:7447", "tcp/[::1]:7447", "tls/a:7447"]);
});

Deno.test("loopback is told from the rest", () => {
  for (const text of ["localhost", "127.0.0.1", "127.1.2.3", "::1", "tls/LOCALHOST:1"]) {
    assert.ok(isLoopback(parseEndpoint(text)), text);
  }
  for (const text of ["0.0.0.0", "::", "10.0.0.1", "127.example", "localhost.example"]) {
    assert.ok(!isLoopback(parseEndpoint(text)), text);
  }
});
