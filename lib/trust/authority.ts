import { Buffer } from "node:buffer";
import { createPublicKey, verify } from "node:crypto";
import { sha256 } from "../core/digest.ts";
import { isObject } from "../core/json.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import type { Store } from "../store/store.ts";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { type DerValue, derValues } from "./der.ts";
import { pemBlocks } from "./pem.ts";
import { certificateId } from "./signature.ts";

/** Who signs hosts' certificates: as much of its own certificate as is needed to check that. */
export interface Authority {
  /** The id of its certificate. */
  readonly id: string;
  /** Its public key (SubjectPublicKeyInfo, DER) as base64url. */
  readonly key: string;
}

/** Reads the authorities of a PEM file, as ca.crt is; what is no certificate is left out. */
export function readAuthorities(pem: string): Authority[] {
  return pemBlocks(pem, "CERTIFICATE").flatMap((der) => {
    const key = publicKeyOf(der);
    return key === undefined ? [] : [{ id: certificateId(sha256(der)), key: toBase64Url(key) }];
  });
}

const FACT = "authorities";

/** The authorities that this host trusts, as the peer last found them; none where no authority is installed. */
export function trustedAuthorities(store: Store): Authority[] {
  const read: unknown = JSON.parse(readMeta(store, FACT) ?? "[]");
  return Array.isArray(read) ? read.flatMap((one) => authorityOf(one) ?? []) : [];
}

/** Writes down whom this host trusts, in the caller's transaction. Gives whether that has changed. */
export function noteAuthorities(store: Store, authorities: readonly Authority[]): boolean {
  const text = authorities.length === 0 ? undefined : JSON.stringify(authorities);
  if (readMeta(store, FACT) === text) return false;
  writeMeta(store, FACT, text);
  return true;
}

/** The authority of these that has signed a certificate (DER), by ECDSA or RSA with SHA-256; undefined when none has. */
export function issuerOf(
  certificate: Uint8Array<ArrayBuffer>,
  authorities: readonly Authority[],
): Authority | undefined {
  const [signed, , signature] = partsOf(certificate);
  if (signed === undefined || signature === undefined) return undefined;
  // A bit string begins with the number of bits that it does not use.
  return authorities.find(({ key }) => isSigned(key, signed.whole, signature.body.subarray(1)));
}

/** Whether the authority has signed these bytes: ECDSA on P-256 with SHA-256, r and s of 32 bytes each. */
export function hasSigned({ key }: Authority, data: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map(derInteger);
  if (r === undefined || s === undefined) return false;
  return isSigned(key, data, Uint8Array.from([0x30, r.length + s.length, ...r, ...s]));
}

function isSigned(key: string, data: Uint8Array, signature: Uint8Array): boolean {
  const der = fromBase64Url(key);
  if (der === undefined) return false;
  try {
    const publicKey = createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
    return verify("sha256", data, publicKey, signature);
  } catch {
    // node:crypto throws for keys and signatures that it cannot read.
    return false;
  }
}

// X.690 §8.3: no leading zeros but the one that keeps it positive.
function derInteger(bytes: Uint8Array): number[] {
  const digits = [...bytes];
  while (digits.length > 1 && digits[0] === 0) digits.shift();
  if ((digits[0] ?? 0) >= 0x80) digits.unshift(0);
  return [0x02, digits.length, ...digits];
}

// Certificate { TBSCertificate, algorithm, BIT STRING } (RFC 5280 §4.1).
function partsOf(certificate: Uint8Array<ArrayBuffer>): readonly DerValue[] {
  try {
    const [whole] = derValues(certificate);
    return derValues(whole?.body ?? new Uint8Array());
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

// TBSCertificate { [0] version, serial, algorithm, issuer, validity, subject, SubjectPublicKeyInfo, … }; version 1 names none.
function publicKeyOf(certificate: Uint8Array<ArrayBuffer>): Uint8Array | undefined {
  const [signed] = partsOf(certificate);
  try {
    const fields = derValues(signed?.body ?? new Uint8Array());
    return fields[fields[0]?.tag === 0xa0 ? 6 : 5]?.whole;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function authorityOf(value: unknown): Authority | undefined {
  if (!isObject(value) || typeof value.id !== "string" || typeof value.key !== "string") return undefined;
  return { id: value.id, key: value.key };
}
