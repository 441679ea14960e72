import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { Failure } from "../core/errors.ts";
import { MESH, scopeLabel } from "../core/scope.ts";
import { type Arrival, RECORD_KINDS } from "../store/exchange.ts";
import { enqueue } from "../store/outbox.ts";
import { quarantinedBelow, release } from "../store/release.ts";
import type { Store } from "../store/store.ts";
import { noteAuthorities, readAuthorities } from "./authority.ts";
import {
  certificateKey,
  CERTIFICATES_BELOW,
  formatCertificate,
  formatRevocation,
  parseCertificateKey,
  revocationBytes,
  type RevocationFacts,
  revocationId,
  revocationKey,
} from "./certificate_record.ts";
import { forgetCertificates, payloadsOf } from "./certificates.ts";
import { grantedIdentity } from "./granted.ts";
import { ingestCertificate, takeArrival } from "./ingest.ts";
import { outgoingCertificate } from "./outgoing.ts";
import { fromPem } from "./pem.ts";
import { certificateId } from "./signature.ts";
import { forgetVerdicts } from "./verdicts.ts";

/**
 * Takes over whom this host trusts: the certificates in ca.crt (PEM); undefined where none is installed. When that has
 * changed, what is known of certificates is looked at anew. Gives whether it has.
 */
export function trustAuthorities(store: Store, pem: string | undefined, now: Micros): boolean {
  return store.write(() => {
    if (!noteAuthorities(store, pem === undefined ? [] : readAuthorities(pem))) return false;
    const known = payloadsOf(store, "").flatMap(({ kind, id }) =>
      outgoingCertificate(store, RECORD_KINDS[kind], id) ?? []
    );
    const aside = quarantinedBelow(store, CERTIFICATES_BELOW).flatMap((row) => release(store, row) ?? []);
    forgetCertificates(store);
    for (const arrival of [...known, ...aside]) ingestCertificate(store, arrival, { now, republish: false });
    forgetVerdicts(store);
    return true;
  });
}

/**
 * Adds this host's certificate (PEM) to those that are known and sends it out when it is new. Throws a Failure when no
 * authority that is trusted here has signed it, or it names no host.
 */
export function publishCertificate(store: Store, pem: string, now: Micros): void {
  const der = fromPem(pem, "CERTIFICATE");
  const { host, fingerprint } = grantedIdentity(pem);
  if (der === undefined || host === undefined) {
    throw new Failure(
      "Cannot publish this host's certificate: it does not say which host it is for. Ask for a new one (kioku-mesh tls request).",
    );
  }
  publish(store, {
    key: certificateKey(host, certificateId(fingerprint)),
    payload: formatCertificate(der),
  }, now);
}

/**
 * Makes the record that takes a certificate back. `authority` is the authority's certificate (PEM); `sign` signs with its key:
 * ECDSA on P-256 with SHA-256, 64 bytes, as WebCrypto does.
 */
export async function signRevocation(
  authority: string,
  facts: RevocationFacts,
  sign: (data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>,
): Promise<Arrival> {
  const der = fromPem(authority, "CERTIFICATE");
  if (der === undefined) throw new Failure("Cannot revoke: the authority's certificate cannot be read.");
  const id = certificateId(sha256(der));
  const signature = await sign(revocationBytes(id, facts));
  return {
    key: revocationKey(revocationId(id, facts.serial)),
    payload: formatRevocation(id, facts, signature),
  };
}

/** Adds a revocation to those that are known and sends it out. Throws a Failure when no authority trusted here signed it. */
export function publishRevocation(store: Store, revocation: Arrival, now: Micros): void {
  publish(store, revocation, now);
}

function publish(store: Store, arrival: Arrival, now: Micros): void {
  const key = parseCertificateKey(arrival.key);
  store.write(() => {
    const done = key === undefined ? { reason: "its key is wrong" } : takeArrival(store, key, arrival);
    if (typeof done !== "string") throw new Failure(`Cannot publish ${arrival.key}: ${done.reason}.`);
    if (key === undefined || (done !== "added" && done !== "replaced")) return;
    enqueue(store, RECORD_KINDS[key.kind], key.id, scopeLabel(MESH), now);
  });
}
