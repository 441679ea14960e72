import { deriveSigningKey } from "../../lib/trust/signing_key.ts";
import { grantedIdentity } from "../../lib/trust/granted.ts";
import type { GrantedIdentity } from "../../lib/trust/granted.ts";
import { identityUris } from "../../lib/trust/identity_names.ts";
import { toPem } from "../../lib/trust/pem.ts";
import { certificateId, type Signer } from "../../lib/trust/signature.ts";
import { signerUri } from "../../lib/trust/signer_name.ts";
import { certificateKey, formatCertificate } from "../../lib/trust/certificate_record.ts";
import { fromPem } from "../../lib/trust/pem.ts";
import type { Arrival } from "../../lib/store/exchange.ts";
import { type Authority, newKeys, newLeaf, P256 } from "./handmade_certificates.ts";

/** A host of a test with its key and certificate. */
export interface TestHost {
  readonly pem: string;
  /** Its TLS key, PKCS8 PEM. */
  readonly key: string;
  readonly granted: GrantedIdentity;
  readonly signer: Signer;
  /** Its certificate as a record. */
  readonly record: Arrival;
}

/** What a host's certificate is to grant, and what it is made of. */
export interface TestGrant {
  readonly host: string;
  readonly user?: string;
  readonly teams?: readonly string[];
  readonly serial?: string;
  /** The host's keys; new ones when not given. */
  readonly keys?: CryptoKeyPair;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A private key of P-256 as PEM. */
export async function privatePem(keys: CryptoKeyPair): Promise<string> {
  return toPem(new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey)), "PRIVATE KEY");
}

let serials = 0x5000;

/** Makes a host's key, and a certificate of it that the authority has signed. */
export async function newHost(authority: Authority, grant: TestGrant): Promise<TestHost> {
  const { host, user, teams = [], keys = await newKeys(), serial = (serials++).toString(16) } = grant;
  const key = await privatePem(keys);
  const signingKey = deriveSigningKey(key);
  const uris = [...identityUris({ host, user, teams }), signerUri(signingKey.publicKey)];
  const pem = await newLeaf(authority, {
    cn: `host-${serial}`,
    serial,
    keys,
    names: uris.map((value) => ({ type: "url", value })),
    ...(grant.notBefore === undefined ? {} : { notBefore: grant.notBefore }),
    ...(grant.notAfter === undefined ? {} : { notAfter: grant.notAfter }),
  });
  return hostOf(pem, key);
}

/** The host that a certificate and its key (PKCS8), both PEM, stand for. */
export function hostOf(pem: string, key: string): TestHost {
  const signingKey = deriveSigningKey(key);
  const granted = grantedIdentity(pem);
  const { host = "", user, teams, fingerprint } = granted;
  const certificate = certificateId(fingerprint);
  return {
    pem,
    key,
    granted,
    signer: { certificate, host, user, teams, sign: signingKey.sign },
    record: {
      key: certificateKey(host, certificate),
      payload: formatCertificate(fromPem(pem, "CERTIFICATE") ?? new Uint8Array()),
    },
  };
}

/** Signs as an authority does: ECDSA, 64 bytes. */
export function authoritySign({ key }: Authority): (data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array> {
  return async (data) => new Uint8Array(await crypto.subtle.sign(P256, key, data));
}
