/*
 * Signed records, version 1. docs/signatures.md says the same in more words.
 *
 * A signed payload is a JSON object whose first member is the signature, written just so:
 *
 *   {"_sig": "1.CERTIFICATE.SIGNATURE", REST
 *
 * CERTIFICATE: the first 32 digits of the SHA-256 of the signer's certificate (DER), lower-case hexadecimal.
 * SIGNATURE: Ed25519 (RFC 8032), 64 bytes, base64url without padding: 86 characters, of the UTF-8 bytes of
 *
 *   kioku-mesh record 1 LF CERTIFICATE LF KEY LF {REST
 *
 * KEY is the record's key in full; {REST is the payload as it was before it was signed, byte for byte. The public key is the
 * one that the certificate names as `urn:kioku-mesh:sign:KEY` (signer_name.ts).
 */

/** Who signs here: a certificate's holder. */
export interface Signer {
  /** The certificate's id: the first 32 digits of its fingerprint. */
  readonly certificate: string;
  /** What the certificate grants. */
  readonly host: string;
  readonly user: string | undefined;
  readonly teams: readonly string[];
  /** Signs, as SigningKey does. */
  sign(data: Uint8Array): string;
}

/** What a payload says of its signature. */
export type ReadSignature =
  | { readonly is: "none" }
  /** By a version that this program does not know. */
  | { readonly is: "newer" }
  /** It begins as a signed payload does and goes on otherwise. */
  | { readonly is: "malformed" }
  | {
    readonly is: "signature";
    readonly certificate: string;
    readonly signature: string;
    /** The payload without it. */
    readonly payload: string;
  };

/** The id of a certificate by its fingerprint (SHA-256, 64 hexadecimal digits). */
export function certificateId(fingerprint: string): string {
  return fingerprint.slice(0, 32);
}

/**
 * Signs a payload (the text of a JSON object with at least one member) for its key. Throws a TypeError for what is none, or is
 * signed already.
 */
export function signPayload(signer: Signer, key: string, payload: string): string {
  if (!/^\{"(?!_sig")/.test(payload)) throw new TypeError("Not a payload that can be signed");
  const { certificate } = signer;
  const signature = signer.sign(signedBytes(certificate, key, payload));
  return `{"_sig": "1.${certificate}.${signature}", ${payload.slice(1)}`;
}

const SIGNED = /^\{"_sig": "1\.([0-9a-f]{32})\.([A-Za-z0-9_-]{86})", (?=")/;

/** Reads the signature of a payload. Checks nothing but its form. Never throws. */
export function readSignature(payload: string): ReadSignature {
  if (!/^\s*\{\s*"_sig"/.test(payload)) return { is: "none" };
  const [head, certificate, signature] = SIGNED.exec(payload) ?? [];
  if (head === undefined || certificate === undefined || signature === undefined) {
    return { is: /^\{"_sig": "(?!1\.)[0-9a-z]{1,8}\./.test(payload) ? "newer" : "malformed" };
  }
  return { is: "signature", certificate, signature, payload: `{${payload.slice(head.length)}` };
}

/** The bytes that are signed. A line feed in a key would let a key and a payload pass for others, so none has one. */
export function signedBytes(certificate: string, key: string, payload: string): Uint8Array {
  if (key.includes("\n")) throw new TypeError("A key with a line feed");
  return new TextEncoder().encode(`kioku-mesh record 1\n${certificate}\n${key}\n${payload}`);
}
