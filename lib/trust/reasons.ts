/** How every reason begins for which a record is set aside because of its signature: under a policy, not by every host. */
export const SIGNATURE = "signature: ";

/** The same for what no host takes: somebody signed what they may not. */
export const FORGED = "forged: ";

/** It has none, and this host takes only what is proven. */
export const UNSIGNED = `${SIGNATURE}none, and this host refuses what is unsigned`;

/** A DELETE of a key, as Python hosts send them; nobody can sign one. */
export const UNSIGNED_DELETE =
  `${SIGNATURE}none, since it is a DELETE, and this host refuses what is unsigned`;

/** It was written by a later version of this program. */
export const NEWER = `${SIGNATURE}of a version that this program does not know; update it`;

/** It begins like a signature and goes on otherwise. */
export const MALFORMED = `${SIGNATURE}malformed`;

/** It does not belong to this payload and key. */
export const MISMATCH =
  `${SIGNATURE}it does not fit: the record was changed, or it was signed for another key`;

/** Its certificate was taken back before the record came. */
export const REVOKED = `${SIGNATURE}its certificate was revoked before the record came`;

/** Its certificate is not here yet. */
export function awaits(certificate: string): string {
  return `${SIGNATURE}its certificate ${certificate} is not known here`;
}

/** A host signed a record that says it is another's. */
export function otherHost(signer: string, host: string): string {
  return `${FORGED}signed by the host ${signer}, but it says that it is of ${host}`;
}

/** A host gave a record an id that it did not make, perhaps another's. */
export function otherId(host: string): string {
  return `${FORGED}its id is none that the host ${host} made`;
}

/** The signer's certificate does not let it write in that scope. */
export function notGranted(signer: string, scope: string): string {
  return `${FORGED}the certificate of the host ${signer} does not grant ${scope}`;
}

/** Somebody deleted what is not theirs. `host` is the author's. */
export function foreign(host: string): string {
  return `${SIGNATURE}only the hosts of its author's user may delete it (author ${host})`;
}
