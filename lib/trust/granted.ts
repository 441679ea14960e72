import "reflect-metadata";
import { SubjectAlternativeNameExtension, X509Certificate } from "@peculiar/x509";
import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { Failure, KiokuError, messageOf } from "../core/errors.ts";
import { type IdentityNames, readIdentityUris } from "./identity_names.ts";
import { readSignerUri } from "./signer_name.ts";

/** What a certificate grants its holder. Nothing here says that anybody signed it: chain and time are checked elsewhere. */
export interface GrantedIdentity extends IdentityNames {
  /** The subject's first common name, by which the router knows the holder. Unique for a leaf that we signed. */
  readonly cn: string;
  /** The public key that the holder signs records with, as base64url; undefined when it names none. */
  readonly signer: string | undefined;
  /** The serial number, lower-case hexadecimal digits. */
  readonly serial: string;
  /** SHA-256 of the certificate (DER), lower-case hexadecimal digits. */
  readonly fingerprint: string;
  readonly notBefore: Micros;
  readonly notAfter: Micros;
  /** The public key as SubjectPublicKeyInfo (DER). */
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/**
 * Reads whom a certificate (PEM, or parsed) stands for. Throws a Failure for what is no certificate, has no common name, or
 * holds names of ours that contradict each other. One of the Python version's has neither host nor user nor teams.
 */
export function grantedIdentity(certificate: string | X509Certificate): GrantedIdentity {
  try {
    return read(typeof certificate === "string" ? new X509Certificate(certificate) : certificate);
  } catch (error) {
    if (error instanceof KiokuError) throw error;
    throw new Failure(`Cannot read a certificate: ${messageOf(error)}.`);
  }
}

// The package parses some parts when they are asked for, and throws only then.
function read(certificate: X509Certificate): GrantedIdentity {
  const [cn] = certificate.subjectName.getField("CN");
  if (cn === undefined || cn === "") throw new Failure("Cannot use a certificate without a common name.");
  const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  const uris = names.filter(({ type }) => type === "url").map(({ value }) => value);
  return {
    ...readIdentityUris(uris),
    signer: readSignerUri(uris),
    cn,
    serial: certificate.serialNumber.toLowerCase(),
    fingerprint: sha256(new Uint8Array(certificate.rawData)),
    notBefore: certificate.notBefore.getTime() * 1000,
    notAfter: certificate.notAfter.getTime() * 1000,
    publicKey: new Uint8Array(certificate.publicKey.rawData),
  };
}
