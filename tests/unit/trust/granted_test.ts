import "reflect-metadata";
import assert from "node:assert/strict";
import { X509Certificate } from "@peculiar/x509";
import { X509Certificate as NodeCertificate } from "node:crypto";
import { Failure } from "../../../lib/core/errors.ts";
import { grantedIdentity } from "../../../lib/trust/granted.ts";
import { identityUris, readIdentityUris } from "../../../lib/trust/identity_names.ts";
import { signerUri } from "../../../lib/trust/signer_name.ts";
import { newAuthority, newLeaf } from "../../support/handmade_certificates.ts";

const HOST = "5b65ed0a6e46482dae27a85d316e3c0c";
const uris = (...values: string[]) => values.map((value) => ({ type: "url" as const, value }));

Deno.test("a certificate says who its holder is", async () => {
  const authority = await newAuthority();
  const pem = await newLeaf(authority, {
    cn: "laptop-4b0a",
    serial: "4b0a",
    names: [
      { type: "dns", value: "laptop" },
      { type: "ip", value: "192.0.2.7" },
      ...uris(
        ...identityUris({ host: HOST, user: "alice", teams: ["zeta", "acme"] }),
        signerUri("A".repeat(43)),
        "urn:other:user:eve",
      ),
    ],
    notBefore: new Date("2026-01-02T03:04:05Z"),
    notAfter: new Date("2027-01-02T03:04:05Z"),
  });
  const granted = grantedIdentity(pem);
  const node = new NodeCertificate(pem);
  assert.deepEqual({ ...granted, publicKey: undefined }, {
    cn: "laptop-4b0a",
    serial: "4b0a",
    fingerprint: node.fingerprint256.replaceAll(":", "").toLowerCase(),
    host: HOST,
    user: "alice",
    teams: ["acme", "zeta"],
    signer: "A".repeat(43),
    notBefore: Date.UTC(2026, 0, 2, 3, 4, 5) * 1000,
    notAfter: Date.UTC(2027, 0, 2, 3, 4, 5) * 1000,
    publicKey: undefined,
  });
  assert.deepEqual(
    granted.publicKey,
    new Uint8Array(node.publicKey.export({ type: "spki", format: "der" })),
  );
  assert.deepEqual(grantedIdentity(new X509Certificate(pem)), granted);
});

Deno.test("a certificate without names of ours says nobody", async () => {
  const authority = await newAuthority();
  for (const names of [undefined, [{ type: "dns" as const, value: "laptop" }]]) {
    const { host, user, teams } = grantedIdentity(await newLeaf(authority, { cn: "laptop", names }));
    assert.deepEqual({ host, user, teams }, { host: undefined, user: undefined, teams: [] });
  }
});

Deno.test("what is no certificate, or contradicts itself, is refused", async () => {
  const authority = await newAuthority();
  const refused = async (pem: string | Promise<string>, why: RegExp) => {
    const text = await pem;
    assert.throws(
      () => grantedIdentity(text),
      (error) => error instanceof Failure && why.test(error.message),
    );
  };
  await refused("", /Cannot read a certificate/);
  await refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", /Cannot read a certificate/);
  await refused(newLeaf(authority, {}), /without a common name/);
  await refused(
    newLeaf(authority, { cn: "a", names: uris("urn:kioku-mesh:user:a", "urn:kioku-mesh:user:b") }),
    /several users: a and b/,
  );
  await refused(newLeaf(authority, { cn: "a", names: uris("urn:kioku-mesh:host:short") }), /no host id/);
  await refused(newLeaf(authority, { cn: "a", names: uris("urn:kioku-mesh:team:a/b") }), /no team id/);
  await refused(newLeaf(authority, { cn: "a", names: uris("urn:kioku-mesh:sign:short") }), /no signing key/);
  await refused(
    newLeaf(authority, { cn: "a", names: uris(signerUri("A".repeat(43)), signerUri("E".repeat(43))) }),
    /several signing keys/,
  );
});

Deno.test("names survive a round trip; kinds of a later version say nothing", () => {
  for (
    const names of [
      { host: HOST, user: "alice", teams: ["a", "b"] },
      { host: undefined, user: "bob", teams: [] },
      { host: HOST, user: undefined, teams: ["x.y_z-1"] },
    ]
  ) {
    assert.deepEqual(readIdentityUris(identityUris(names)), names);
    assert.deepEqual(
      readIdentityUris([...identityUris(names), "urn:kioku-mesh:role:admin", "urn:kioku-mesh:constructor:x"]),
      names,
    );
  }
});
