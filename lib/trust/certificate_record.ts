import { isId } from "../core/ids.ts";
import { isObject, type JsonObject, pythonJson } from "../core/json.ts";
import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { formatTime, parseTime } from "../core/time.ts";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { fromPem, toPem } from "./pem.ts";

/** Where certificates and revocations stand in the mesh's tier; Python's version pays no heed to such keys. */
export const CERTIFICATES_BELOW = "mem/mesh/cert/";

/** What a key below that place holds. */
export type CertificateKey =
  | { readonly kind: "c"; readonly id: string; readonly host: string }
  | { readonly kind: "r"; readonly id: string };

/** The key of a host's certificate. `id`: the first 32 digits of its fingerprint. */
export function certificateKey(host: string, id: string): string {
  return `${CERTIFICATES_BELOW}${host}/${id}`;
}

/** The key of a revocation. */
export function revocationKey(id: string): string {
  return `${CERTIFICATES_BELOW}revoked/${id}`;
}

/** The id of a revocation: it names one certificate of one authority. */
export function revocationId(authority: string, serial: string): string {
  return sha256(`${authority}/${serial}`).slice(0, 32);
}

/** Reads such a key; undefined for any other. */
export function parseCertificateKey(key: string): CertificateKey | undefined {
  if (!key.startsWith(CERTIFICATES_BELOW)) return undefined;
  const [host = "", id = "", ...rest] = key.slice(CERTIFICATES_BELOW.length).split("/");
  if (!isId(id) || rest.length > 0) return undefined;
  if (host === "revoked") return { kind: "r", id };
  return isId(host) ? { kind: "c", id, host } : undefined;
}

/** The payload of a certificate (DER): there is just one, so that two hosts never differ about it. */
export function formatCertificate(der: Uint8Array): string {
  return pythonJson({ v: 1, certificate: toPem(der, "CERTIFICATE") });
}

/** Reads such a payload; undefined for anything else, also for another way to write the same. */
export function parseCertificate(payload: string): Uint8Array<ArrayBuffer> | undefined {
  const members = parse(payload);
  if (typeof members?.certificate !== "string") return undefined;
  const der = fromPem(members.certificate, "CERTIFICATE");
  return der !== undefined && formatCertificate(der) === payload ? der : undefined;
}

/** What a revocation says. */
export interface RevocationFacts {
  /** Of the certificate, lower-case hexadecimal digits. */
  readonly serial: string;
  readonly cn: string;
  readonly at: Micros;
}

/** A revocation's payload, read. */
export interface ReadRevocation extends RevocationFacts {
  /** The id of the certificate of the authority that signed it. */
  readonly authority: string;
  readonly signature: Uint8Array;
  /** The bytes that were signed. */
  readonly signed: Uint8Array;
}

/**
 * What an authority signs to take a certificate back (docs/signatures.md, "Revocations"), with ECDSA on P-256 and SHA-256.
 * `authority` is the id of its certificate.
 */
export function revocationBytes(authority: string, facts: RevocationFacts): Uint8Array<ArrayBuffer> {
  return bytesOf(authority, revocationKey(revocationId(authority, facts.serial)), unsigned(facts));
}

/** The payload of a revocation; `signature` is r and s of 32 bytes each, as WebCrypto gives them. */
export function formatRevocation(authority: string, facts: RevocationFacts, signature: Uint8Array): string {
  return `{"_sig": "ca1.${authority}.${toBase64Url(signature)}", ${unsigned(facts).slice(1)}`;
}

/** Reads such a payload under its key; undefined for anything else. Checks the signature's form alone. */
export function parseRevocation(key: string, payload: string): ReadRevocation | undefined {
  const [head, authority, text = ""] =
    /^\{"_sig": "ca1\.([0-9a-f]{32})\.([A-Za-z0-9_-]{86})", (?=")/.exec(payload) ?? [];
  const signature = fromBase64Url(text);
  const members = parse(payload);
  if (head === undefined || authority === undefined || signature === undefined || members?.v !== 1) {
    return undefined;
  }
  const { serial, cn } = members;
  const at = typeof members.at === "string" ? parseTime(members.at) : undefined;
  if (typeof serial !== "string" || typeof cn !== "string" || at === undefined) return undefined;
  const signed = bytesOf(authority, key, `{${payload.slice(head.length)}`);
  return { serial, cn, at, authority, signature, signed };
}

function unsigned({ serial, cn, at }: RevocationFacts): string {
  return pythonJson({ v: 1, serial, cn, at: formatTime(at) });
}

function bytesOf(authority: string, key: string, payload: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`kioku-mesh revocation 1\n${authority}\n${key}\n${payload}`);
}

function parse(payload: string): JsonObject | undefined {
  try {
    const read: unknown = JSON.parse(payload);
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}
