import { Failure } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { derValues } from "../trust/der.ts";
import { fromPem, toPem } from "../trust/pem.ts";
import { decryptKey, encryptKey, isEncrypted, wrongPassphrase } from "./encrypted_key.ts";

/** Keys and signatures: what the Python version makes and every TLS library takes (compat cli §5). */
export const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** What stands around a key in PEM. */
const PLAIN = "PRIVATE KEY";

/** Gives the passphrase of a key; asked only when the key has one. */
export type AskPassphrase = () => Promise<string>;

/** A key pair and the private key as its file holds it: PKCS#8, PEM. */
export interface PrivateKey {
  readonly keys: CryptoKeyPair;
  readonly pem: string;
}

/** Makes a key; under a passphrase when there is one. */
export async function newPrivateKey(random: Random, passphrase?: string): Promise<PrivateKey> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const bytes = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  const pem = passphrase === undefined ? toPem(bytes, PLAIN) : await encryptKey(bytes, passphrase, random);
  return { keys, pem };
}

/** Reads a key's file. Throws a Failure for anything but a P-256 key, PKCS#8, PEM; `path` is named in it. */
export async function readPrivateKey(
  pem: string,
  path: string,
  passphrase: AskPassphrase = () => Promise.reject(new Failure(`Cannot use ${path}: it has a passphrase.`)),
): Promise<PrivateKey> {
  const bytes = isEncrypted(pem) ? await decryptKey(pem, await passphrase()) : plain(pem, path);
  try {
    if (!isP256(bytes)) throw new TypeError("another kind of key");
    const privateKey = await crypto.subtle.importKey("pkcs8", bytes, ALGORITHM, true, ["sign"]);
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", privateKey);
    const publicKey = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, ALGORITHM, true, ["verify"]);
    return { keys: { privateKey, publicKey }, pem };
  } catch {
    // Of 256 wrong passphrases one decrypts to something.
    if (isEncrypted(pem)) throw wrongPassphrase();
    throw new Failure(`Cannot use the key ${path}: it is not an EC P-256 key.`);
  }
}

/** The public key as SubjectPublicKeyInfo (DER). */
export async function publicKeyInfo({ keys }: PrivateKey): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));
}

// PrivateKeyInfo { version, { id-ecPublicKey, prime256v1 }, … } (RFC 5208, RFC 5480). Deno 2.6 itself ends when it is to import a
// key of another kind, so this is looked at before.
const P256 = Uint8Array.of(
  ...[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
  ...[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
);

function isP256(key: Uint8Array<ArrayBuffer>): boolean {
  const [info] = derValues(key);
  const [, algorithm] = derValues(info?.body ?? new Uint8Array());
  return algorithm?.body.length === P256.length && P256.every((byte, at) => algorithm.body[at] === byte);
}

function plain(pem: string, path: string): Uint8Array<ArrayBuffer> {
  const bytes = fromPem(pem, PLAIN);
  if (bytes !== undefined) return bytes;
  throw new Failure(`Cannot use the key ${path}: it is not PKCS#8 (-----BEGIN ${PLAIN}-----).`);
}
