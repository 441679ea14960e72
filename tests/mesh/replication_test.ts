import assert from "node:assert/strict";
import { MESH, type Scope } from "../../lib/core/scope.ts";
import { parseEndpoint } from "../../lib/mesh/endpoint.ts";
import { alignmentKeys } from "../../lib/mesh/replication.ts";
import { storagesFor } from "../../lib/mesh/storages.ts";
import { xxh3 } from "../../lib/mesh/xxh3.ts";
import { routerTest, startHost, until } from "./support/host.ts";
import { accessFor, Issuer } from "./support/secured.ts";

Deno.test("xxh3 gives what the crate gives that Zenoh uses", () => {
  const found = [17, 70, 96, 97, 128, 129, 200, 240].map((length) =>
    xxh3(Uint8Array.from({ length }, (_, n) => n)).toString(16)
  );
  // Of xxhash-rust 0.8, Xxh3::default(), for the bytes 0, 1, 2, …
  assert.deepEqual(found, [
    "9ef341a99de37328",
    "b86c2dd507f146ae",
    "278a3e12ea046dfb",
    "e7220282dc4e14f4",
    "85c6174c7ff4c46b",
    "ec7642b431ba3e5a",
    "f42a8864feaf0703",
    "375a384d957fe865",
  ]);
  for (const length of [0, 16, 241]) assert.throws(() => xxh3(new Uint8Array(length)), RangeError);
});

routerTest("a storage is aligned under the keys that we think, however long its scope's name", async () => {
  using issuer = await Issuer.make();
  const [h, a] = [await issuer.issue("hub"), await issuer.issue("alice")];
  const scopes: Scope[] = [MESH, { tier: "user", id: "x".repeat(64) }, { tier: "team", id: "acme" }];
  const refused = new Set<string>();
  await using hub = await startHost({
    tls: h.tls,
    listen: [parseEndpoint("tls/127.0.0.1:0")],
    access: accessFor([a], scopes),
    refused: (refusal) => void (refusal.kind === "message" && refused.add(refusal.key)),
  });
  // It is no replica there, so what it offers for alignment is turned away and told.
  await using other = await startHost({
    tls: a.tls,
    listen: [],
    connect: [parseEndpoint(hub.endpoint)],
    scopes,
  });
  const expected = storagesFor(scopes, "scopes").flatMap((one) => {
    const { digests, aligner } = alignmentKeys(one);
    return [digests, aligner.replace("*", other.router.zid)];
  });
  await until("all are offered", () => expected.every((key) => refused.has(key)));
  const found = [...refused].filter((key) => /^@(zid|-digest)\/[^*]*\/aligner$|^@-digest\/\*/.test(key));
  assert.deepEqual(found.sort(), expected.sort());
});
