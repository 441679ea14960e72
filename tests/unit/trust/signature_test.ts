import assert from "node:assert/strict";
import { pythonJson } from "../../../lib/core/json.ts";
import { openInMemory } from "../../../lib/store/open.ts";
import { addCertificate } from "../../../lib/trust/certificates.ts";
import { readSignature, type Signer, signPayload } from "../../../lib/trust/signature.ts";
import { deriveSigningKey, isSignedBy } from "../../../lib/trust/signing_key.ts";
import { toPem } from "../../../lib/trust/pem.ts";
import { verifyPayload } from "../../../lib/trust/verify.ts";
import { seededNumbers } from "../../support/random.ts";

const HOST = "00112233445566778899aabbccddeeff";
const KEY = `mem/mesh/obs/claude/alice@mbp/${HOST}/session/${"a".repeat(32)}`;
const PAYLOAD = pythonJson({ content: '設計メモ \u2028 "quoted" 😀', n: 1 });

/** A TLS key that says only that it is one of P-256: what is derived from it is the same everywhere. */
function tlsKey(scalar: number): string {
  const head = "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420";
  return toPem(Uint8Array.fromHex(head + scalar.toString(16).padStart(64, "0")), "PRIVATE KEY");
}

function signerOf(scalar: number, certificate: string): Signer {
  const { sign } = deriveSigningKey(tlsKey(scalar));
  return { certificate, host: HOST, user: undefined, teams: [], sign };
}

/** A store that knows certificates, by the scalars of their keys. */
function knowing(...known: readonly (readonly [certificate: string, scalar: number | undefined])[]) {
  const store = openInMemory();
  for (const [id, scalar] of known) {
    addCertificate(store, {
      id,
      authority: "ca",
      serial: id.slice(0, 4),
      cn: "x",
      host: HOST,
      user: undefined,
      teams: [],
      signer: scalar === undefined ? undefined : deriveSigningKey(tlsKey(scalar)).publicKey,
      notAfter: 0,
      payload: "",
    });
  }
  return store;
}

const ONE = "1".repeat(32);
const TWO = "2".repeat(32);

Deno.test("the form of version 1 is what docs/signatures.md says, for good", () => {
  // Made with another implementation of HKDF and Ed25519 (Python's cryptography).
  assert.equal(deriveSigningKey(tlsKey(7)).publicKey, "2ybnyDdhKshyKBB8EknsFfh_C8jMMkosd9IFIZr1qmw");
  assert.equal(
    signPayload(signerOf(7, ONE), KEY, '{"content": "é"}'),
    `{"_sig": "1.${ONE}.WmqpmH7NlBZ8J_kh3ZL1oUgv3SVn7SRzFnX3Eu7SR-7UG_kEmHw_A5RkY1vvONvimkaj3S03LVwSftCgj9uWDg", "content": "é"}`,
  );
});

Deno.test("a signature fits just one payload under one key by one certificate", () => {
  using store = closing(knowing([ONE, 1], [TWO, 2], ["3".repeat(32), 1], ["4".repeat(32), undefined]));
  const signed = signPayload(signerOf(1, ONE), KEY, PAYLOAD);
  const is = (key: string, payload: string) => verifyPayload(store.store, key, payload).is;
  const ok = verifyPayload(store.store, KEY, signed);
  assert.equal(ok.is === "signed" && ok.by.id, ONE);
  assert.equal(is(KEY, PAYLOAD), "unsigned");
  const attacks: readonly (readonly [what: string, key: string, payload: string])[] = [
    ["moved to another id", KEY.replace(/a{32}$/, "b".repeat(32)), signed],
    ["moved to another scope", KEY.replace("mem/mesh", "mem/team/acme"), signed],
    ["moved to another kind", KEY.replace("/obs/", "/tomb/"), signed],
    ["key with a line feed", `${KEY}\n{"content": 1}`, signed],
    ["changed", KEY, signed.replace("設計", "設置")],
    ["a member added", KEY, signed.replace(/\}$/, ', "x": 1}')],
    ["a blank added", KEY, `${signed} `],
    ["another certificate of the same key", KEY, signed.replace(ONE, "3".repeat(32))],
    ["another host's certificate", KEY, signed.replace(ONE, TWO)],
    ["a certificate without a signing key", KEY, signed.replace(ONE, "4".repeat(32))],
    ["signed by another key", KEY, signPayload(signerOf(2, ONE), KEY, PAYLOAD)],
    ["the signature of another record", KEY, signPayload(signerOf(1, ONE), `${KEY}x`, PAYLOAD)],
    ["cut", KEY, signed.replace(/.", "content/, '", "content')],
    ["written otherwise", KEY, signed.replace('{"_sig"', '{ "_sig"')],
    ["of an unknown form", KEY, '{"_sig": 5, "content": ""}'],
  ];
  for (const [what, key, payload] of attacks) assert.equal(is(key, payload), "failed", what);
  const unknown = verifyPayload(store.store, KEY, signPayload(signerOf(1, "5".repeat(32)), KEY, PAYLOAD));
  assert.equal(unknown.is === "unknown" && unknown.certificate, "5".repeat(32));
  const newer = verifyPayload(store.store, KEY, signed.replace('"1.', '"2.'));
  assert.equal(newer.is === "unknown" && newer.certificate, undefined);
});

Deno.test("no single change of a signed payload or its key goes unnoticed", () => {
  using store = closing(knowing([ONE, 1]));
  const signed = signPayload(signerOf(1, ONE), KEY, PAYLOAD);
  for (let seed = 1; seed <= 400; seed++) {
    const next = seededNumbers(seed);
    const text = next() < 0.8 ? signed : KEY;
    const at = Math.floor(next() * text.length);
    const put = next() < 0.3 ? "" : String.fromCharCode(32 + Math.floor(next() * 95));
    const changed = text.slice(0, at) + put + text.slice(at + 1);
    if (changed === text) continue;
    const checked = text === KEY
      ? verifyPayload(store.store, changed, signed)
      : verifyPayload(store.store, KEY, changed);
    assert.notEqual(checked.is, "signed", `seed ${seed}`);
  }
});

Deno.test("what is signed can be read back, and nothing is signed twice", () => {
  const signed = signPayload(signerOf(1, ONE), KEY, PAYLOAD);
  const read = readSignature(signed);
  assert.equal(read.is === "signature" && read.payload, PAYLOAD);
  assert.equal(JSON.parse(signed).content, JSON.parse(PAYLOAD).content);
  for (const wrong of [signed, "{}", "[]", "x", " {}"]) {
    assert.throws(() => signPayload(signerOf(1, ONE), KEY, wrong), TypeError);
  }
  assert.throws(() => signPayload(signerOf(1, ONE), "a\nb", PAYLOAD), TypeError);
});

Deno.test("keys and signatures that are none are refused", () => {
  const { publicKey, sign } = deriveSigningKey(tlsKey(1));
  const data = new Uint8Array(10);
  assert.ok(isSignedBy(publicKey, data, sign(data)));
  for (const wrong of ["", "x", publicKey.slice(1), "A".repeat(43), "_".repeat(43)]) {
    assert.equal(isSignedBy(wrong, data, sign(data)), false, wrong);
    assert.equal(isSignedBy(publicKey, data, wrong), false, wrong);
  }
  for (
    const wrong of [
      "",
      "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----",
      tlsKey(1).slice(0, 80),
    ]
  ) {
    assert.throws(() => deriveSigningKey(wrong), /Cannot read the TLS key/);
  }
});

function closing(store: ReturnType<typeof openInMemory>): Disposable & { readonly store: typeof store } {
  return { store, [Symbol.dispose]: () => store.close() };
}
