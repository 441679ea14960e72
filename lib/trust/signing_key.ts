import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, hkdfSync, sign, verify } from "node:crypto";
import { Failure } from "../core/errors.ts";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { DER, derValues } from "./der.ts";
import { fromPem } from "./pem.ts";

/** A key that signs records (Ed25519). */
export interface SigningKey {
  /** The public key, 32 bytes as base64url: 43 characters. */
  readonly publicKey: string;
  /** Signs; 64 bytes as base64url: 86 characters. */
  sign(data: Uint8Array): string;
}

// docs/signatures.md, "Keys".
const DERIVATION = "kioku-mesh signing key 1";

// What stands before the 32 bytes of a key of Ed25519 (RFC 8410 §4 and §7).
const PRIVATE_HEAD = [0x30, 0x2e, 0x02, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
const PUBLIC_HEAD = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 0x03, 0x21, 0];

/**
 * The signing key that belongs to a host's TLS key (P-256, PKCS8 PEM). It is derived from it, so that it is there, renewed
 * and kept safe with it; whoever has the signing key cannot get to the TLS key. Throws a Failure for another kind of key.
 */
export function deriveSigningKey(tlsKey: string): SigningKey {
  const seed = hkdfSync("sha256", scalarOf(tlsKey), new Uint8Array(), DERIVATION, 32);
  const privateKey = createPrivateKey({
    key: joined(PRIVATE_HEAD, new Uint8Array(seed)),
    format: "der",
    type: "pkcs8",
  });
  const exported = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return {
    publicKey: toBase64Url(new Uint8Array(exported).subarray(PUBLIC_HEAD.length)),
    sign: (data) => toBase64Url(new Uint8Array(sign(null, data, privateKey))),
  };
}

/** Whether the signature is one of these bytes by that public key, both as `SigningKey` writes them. Never throws. */
export function isSignedBy(publicKey: string, data: Uint8Array, signature: string): boolean {
  const key = fromBase64Url(publicKey);
  const bytes = fromBase64Url(signature);
  if (key?.length !== 32 || bytes?.length !== 64) return false;
  try {
    return verify(null, data, publicKeyOf(key), bytes);
  } catch {
    // Not every 32 bytes are a point of the curve.
    return false;
  }
}

function publicKeyOf(key: Uint8Array): ReturnType<typeof createPublicKey> {
  return createPublicKey({ key: joined(PUBLIC_HEAD, key), format: "der", type: "spki" });
}

// PrivateKeyInfo { version, algorithm, OCTET STRING of ECPrivateKey { version, OCTET STRING } } (RFC 5208, RFC 5915): reading it
// here takes a fifth of the time that node:crypto takes, in every command that saves.
function scalarOf(tlsKey: string): Uint8Array {
  try {
    const [info] = derValues(fromPem(tlsKey, "PRIVATE KEY") ?? new Uint8Array());
    const [, , wrapped] = derValues(info?.body ?? new Uint8Array());
    const [key] = derValues(wrapped?.body ?? new Uint8Array());
    const [, scalar] = derValues(key?.body ?? new Uint8Array());
    if (scalar?.tag === DER.octetString && scalar.body.length === 32) return scalar.body;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new Failure(
    "Cannot read the TLS key: it is no private key of P-256 (PKCS8, PEM, without passphrase).",
  );
}

function joined(head: readonly number[], rest: Uint8Array): Buffer {
  return Buffer.from([...head, ...rest]);
}
