import "reflect-metadata";
import assert from "node:assert/strict";
import { Failure } from "../../../lib/core/errors.ts";
import { isEncrypted } from "../../../lib/tls/encrypted_key.ts";
import { newPrivateKey, publicKeyInfo, readPrivateKey } from "../../../lib/tls/private_key.ts";
import { seededNumbers, seededRandom } from "../../support/random.ts";
import { PemConverter } from "@peculiar/x509";

const ask = (passphrase: string) => () => Promise.resolve(passphrase);

Deno.test("a key is the same after it was written and read, with a passphrase too", async () => {
  for (const passphrase of [undefined, "correct horse", "パスフレーズ", " "]) {
    const key = await newPrivateKey(seededRandom(1), passphrase);
    assert.equal(isEncrypted(key.pem), passphrase !== undefined);
    const read = await readPrivateKey(key.pem, "ca.key", ask(passphrase ?? "nobody asks"));
    assert.deepEqual(await publicKeyInfo(read), await publicKeyInfo(key));
  }
});

Deno.test("a wrong passphrase is one, whatever it decrypts to", async () => {
  const key = await newPrivateKey(seededRandom(1), "secret");
  for (const wrong of ["", "Secret", "secret "]) {
    await assert.rejects(readPrivateKey(key.pem, "ca.key", ask(wrong)), /passphrase is wrong/);
  }
  await assert.rejects(readPrivateKey(key.pem, "ca.key"), /it has a passphrase/);
});

Deno.test("a key that asks for endless work is refused at once", async () => {
  const { pem } = await newPrivateKey(seededRandom(1), "secret");
  const bytes = new Uint8Array(PemConverter.decodeFirst(pem));
  // 600,000 rounds as DER has it; 8,388,607 in its place.
  const at = bytes.findIndex((byte, index) =>
    byte === 0x09 && bytes[index + 1] === 0x27 && bytes[index + 2] === 0xc0
  );
  assert.ok(at > 0);
  bytes.set([0x7f, 0xff, 0xff], at);
  const more = PemConverter.encode(bytes, "ENCRYPTED PRIVATE KEY");
  await assert.rejects(readPrivateKey(more, "ca.key", ask("secret")), /not encrypted with/);
});

Deno.test("other kinds of keys, and what is none, are refused", async () => {
  const pkcs8 = async (algorithm: RsaHashedKeyGenParams | EcKeyGenParams) => {
    const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    return PemConverter.encode(await crypto.subtle.exportKey("pkcs8", privateKey), "PRIVATE KEY");
  };
  const rsa = await pkcs8({
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: "SHA-256",
  });
  const p384 = await pkcs8({ name: "ECDSA", namedCurve: "P-384" });
  for (const pem of [rsa, p384]) await assert.rejects(readPrivateKey(pem, "peer.key"), /not an EC P-256 key/);
  for (const pem of ["", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----"]) {
    await assert.rejects(readPrivateKey(pem, "peer.key"), /not PKCS#8/);
  }
  await assert.rejects(
    readPrivateKey("-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----", "peer.key"),
    Failure,
  );
});

Deno.test("a damaged key is refused with a reason, or is still a key", async () => {
  const key = await newPrivateKey(seededRandom(1));
  const bytes = new Uint8Array(PemConverter.decodeFirst(key.pem));
  for (let seed = 1; seed <= 400; seed++) {
    const next = seededNumbers(seed);
    const damaged = bytes.slice(0, next() < 0.3 ? Math.floor(next() * bytes.length) : bytes.length);
    const at = Math.floor(next() * damaged.length);
    damaged[at] = (damaged[at] ?? 0) ^ (1 + Math.floor(next() * 255));
    try {
      await readPrivateKey(PemConverter.encode(damaged, "PRIVATE KEY"), "peer.key");
    } catch (error) {
      assert.ok(error instanceof Failure, `seed ${seed}: ${error}`);
    }
  }
});

Deno.test("a damaged key under a passphrase is refused with a reason", async () => {
  const key = await newPrivateKey(seededRandom(1), "secret");
  const bytes = new Uint8Array(PemConverter.decodeFirst(key.pem));
  for (let seed = 1; seed <= 40; seed++) {
    const next = seededNumbers(seed);
    // The head: the count of rounds, two bytes further in, may only get smaller here.
    const damaged = bytes.slice(0, next() < 0.3 ? Math.floor(next() * bytes.length) : bytes.length);
    const at = Math.floor(next() * 20);
    damaged[at] = (damaged[at] ?? 0) ^ (1 + Math.floor(next() * 255));
    const pem = PemConverter.encode(damaged, "ENCRYPTED PRIVATE KEY");
    await assert.rejects(readPrivateKey(pem, "ca.key", ask("secret")), Failure, `seed ${seed}`);
  }
});
