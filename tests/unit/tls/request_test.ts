import "reflect-metadata";
import assert from "node:assert/strict";
import {
  type Extension,
  type JsonGeneralNames,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";
import { KiokuError } from "../../../lib/core/errors.ts";
import { formatBlock, LABELS } from "../../../lib/tls/armour.ts";
import { makeRequest, readRequest } from "../../../lib/tls/request.ts";
import { NOBODY } from "../../../lib/trust/identity_names.ts";
import { newKeys, P256 } from "../../support/handmade_certificates.ts";
import { seededNumbers, seededRandom } from "../../support/random.ts";
import { HOST, requested, WANTED } from "./support.ts";

async function byHand(
  names: JsonGeneralNames | undefined,
  keys?: CryptoKeyPair,
  signingAlgorithm: Algorithm = P256,
  name = "CN=laptop",
): Promise<string> {
  const extensions: Extension[] = names === undefined ? [] : [new SubjectAlternativeNameExtension(names)];
  const request = await Pkcs10CertificateRequestGenerator.create({
    name,
    keys: keys ?? await newKeys(),
    signingAlgorithm,
    extensions,
  });
  return request.toString("pem");
}

const DNS: JsonGeneralNames = [{ type: "dns", value: "laptop" }];

Deno.test("a request says who asks for what, as a block and as PEM", async () => {
  const { key, request } = await requested(seededRandom(1), {
    names: ["Laptop", "192.0.2.7", "fd00:0::5", "laptop"],
  });
  const pem = await makeRequest(WANTED, key.keys);
  for (
    const text of [
      pem,
      `hello\n${formatBlock(LABELS.request, pem)}`,
      pem.replaceAll("CERTIFICATE", "NEW CERTIFICATE"),
    ]
  ) {
    const { subject, cn, names, identity, ignored, key: fingerprint } = await readRequest(text);
    assert.deepEqual({ subject, cn, names, identity, ignored }, {
      subject: "CN=laptop",
      cn: "laptop",
      names: ["laptop", "192.0.2.7"],
      identity: WANTED.identity,
      ignored: [],
    });
    assert.equal(fingerprint, request.key);
  }
  assert.deepEqual(request.names, ["laptop", "192.0.2.7", "fd00::5"]);
});

Deno.test("names that no certificate of ours is made for are left out and told", async () => {
  const { names, identity, ignored } = await readRequest(
    await byHand([
      ...DNS,
      { type: "email", value: "a@example.org" },
      { type: "url", value: "https://example.org/" },
      { type: "url", value: `urn:kioku-mesh:host:${HOST}` },
    ]),
  );
  assert.deepEqual([names, identity.host], [["laptop"], HOST]);
  assert.deepEqual(ignored, ["email a@example.org", "url https://example.org/"]);
});

Deno.test("a request that cannot be signed is refused with a reason", async () => {
  const rsa = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: "SHA-256",
    },
    true,
    ["sign", "verify"],
  );
  const p384 = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, [
    "sign",
    "verify",
  ]);
  const stranger = await newKeys();
  const mine = await newKeys();
  const url = (value: string) => ({ type: "url" as const, value });
  const refused: readonly (readonly [Promise<string> | string, RegExp])[] = [
    ["", /no certificate request/],
    ["-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", /damaged/],
    [formatBlock(LABELS.request, "hello"), /the block holds no certificate request/],
    [formatBlock(LABELS.bundle, "{}"), /"KIOKU-MESH CSR" block is wanted/],
    [byHand(DNS, rsa, { name: "RSASSA-PKCS1-v1_5" }), /RSASSA-PKCS1-v1_5, not EC P-256/],
    [byHand(DNS, p384, { ...P256, name: "ECDSA" }), /EC P-384, not EC P-256/],
    // Signed by somebody who does not have the key that it names.
    [
      byHand(DNS, { publicKey: mine.publicKey, privateKey: stranger.privateKey }),
      /not signed by its own key/,
    ],
    [byHand(undefined), /names no host/],
    [byHand([url(`urn:kioku-mesh:host:${HOST}`)]), /names no host/],
    [byHand([{ type: "dns", value: "*.example.org" }]), /neither a host's name nor an address/],
    [byHand([{ type: "dns", value: "a b" }]), /neither a host's name nor an address/],
    [byHand([...DNS, url("urn:kioku-mesh:user:a"), url("urn:kioku-mesh:user:b")]), /several users/],
    [byHand([...DNS, url("urn:kioku-mesh:team:a/b")]), /no team id/],
    [byHand([...DNS, url("urn:kioku-mesh:sign:short")]), /no signing key/],
    [byHand(Array.from({ length: 33 }, (_, n) => ({ type: "dns", value: `h${n}` }))), /32 at the most/],
  ];
  for (const [text, why] of refused) {
    await assert.rejects(
      readRequest(await text),
      (error) => error instanceof KiokuError && why.test(error.message),
      String(why),
    );
  }
});

Deno.test("a request that was changed on its way is refused", async () => {
  const { key } = await requested(seededRandom(1));
  const pem = await makeRequest({ ...WANTED, identity: { ...NOBODY, user: "alice" } }, key.keys);
  const [, body = ""] = /-----\n(.*)\n-----/s.exec(pem) ?? [];
  const bytes = Uint8Array.from(atob(body.replaceAll("\n", "")), (c) => c.charCodeAt(0));
  const at = new TextDecoder("latin1").decode(bytes).indexOf("alice");
  bytes.set(new TextEncoder().encode("mitch"), at);
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${
    btoa(String.fromCharCode(...bytes))
  }\n-----END CERTIFICATE REQUEST-----`;
  await assert.rejects(readRequest(forged), /not signed by its own key/);
});

Deno.test("no damage gets a request through, or anything but a reason out", async () => {
  const { key } = await requested(seededRandom(1));
  const pem = await makeRequest(WANTED, key.keys);
  const [, body = ""] = /-----\n(.*)\n-----/s.exec(pem) ?? [];
  const good = Uint8Array.from(atob(body.replaceAll("\n", "")), (c) => c.charCodeAt(0));
  for (let seed = 1; seed <= 400; seed++) {
    const next = seededNumbers(seed);
    const bytes = good.slice(0, next() < 0.2 ? Math.floor(next() * good.length) : good.length);
    for (let edits = Math.ceil(next() * 3); edits > 0; edits--) {
      const at = Math.floor(next() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 + Math.floor(next() * 255));
    }
    const text = `-----BEGIN CERTIFICATE REQUEST-----\n${
      btoa(String.fromCharCode(...bytes))
    }\n-----END CERTIFICATE REQUEST-----`;
    await assert.rejects(readRequest(text), KiokuError, `seed ${seed}`);
  }
});

Deno.test("a request is not made for nobody, nor under a name that is too long", async () => {
  const { key } = await requested(seededRandom(1));
  await assert.rejects(makeRequest({ ...WANTED, names: [] }, key.keys), /names no host/);
  for (const cn of ["", "x".repeat(65)]) {
    await assert.rejects(makeRequest({ ...WANTED, cn }, key.keys), /common name/);
  }
});
