import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { KiokuError } from "../core/errors.ts";
import { MESH, scopeLabel } from "../core/scope.ts";
import { type Arrival, type Ingested, type Ingestion, RECORD_KINDS } from "../store/exchange.ts";
import { enqueue } from "../store/outbox.ts";
import { quarantine } from "../store/quarantine.ts";
import type { Store } from "../store/store.ts";
import { hasSigned, issuerOf, trustedAuthorities } from "./authority.ts";
import {
  type CertificateKey,
  parseCertificate,
  parseCertificateKey,
  parseRevocation,
  revocationId,
} from "./certificate_record.ts";
import { addCertificate, findCertificate, findRevocation, putRevocation } from "./certificates.ts";
import { type GrantedIdentity, grantedIdentity } from "./granted.ts";
import { outgoingCertificate } from "./outgoing.ts";
import { toPem } from "./pem.ts";
import { certificateId } from "./signature.ts";

/** The longest payload that is looked at, in UTF-16 units. A certificate of ours has about 1,000. */
export const LONGEST_CERTIFICATE = 16_384;

/**
 * Adds a certificate or a revocation to those that are known, in the caller's transaction, in any order and as often as it
 * comes. What no authority trusted here has signed is kept in quarantine with the reason.
 */
export function ingestCertificate(store: Store, arrival: Arrival, { now, republish }: Ingestion): Ingested {
  const key = parseCertificateKey(arrival.key);
  const done = key === undefined
    ? refuse("its key is not a certificate's")
    : takeArrival(store, key, arrival);
  if (typeof done !== "string") aside(store, arrival, done.reason, now);
  // Whatever stands under the key of ours in a storage, the certificate itself has to be there.
  if (republish && key !== undefined && (typeof done !== "string" || done === "conflict")) {
    const kind = RECORD_KINDS[key.kind];
    if (outgoingCertificate(store, kind, key.id)?.key === arrival.key) {
      enqueue(store, kind, key.id, scopeLabel(MESH), now);
    }
  }
  return typeof done === "string" ? done : "quarantined";
}

/** What became of a record, or why it is set aside. */
export type Taken = "added" | "known" | "replaced" | "conflict" | { readonly reason: string };

const NO_AUTHORITY = "no authority is installed here that could have signed it";
const NOT_TRUSTED = "no authority that is trusted here has signed it";

function refuse(reason: string): Taken {
  return { reason };
}

/** Adds what stands under such a key, in the caller's transaction; gives the reason when it cannot be trusted. */
export function takeArrival(store: Store, key: CertificateKey, arrival: Arrival): Taken {
  if (arrival.payload.length > LONGEST_CERTIFICATE) {
    return refuse(`it is longer than ${LONGEST_CERTIFICATE} characters`);
  }
  return key.kind === "c"
    ? takeCertificate(store, key, arrival.payload)
    : takeRevocation(store, key, arrival);
}

function takeCertificate(
  store: Store,
  { id, host }: Extract<CertificateKey, { kind: "c" }>,
  payload: string,
): Taken {
  if (findCertificate(store, id)?.payload === payload) return "known";
  const der = parseCertificate(payload);
  if (der === undefined) return refuse("it is not a certificate in the form that we write");
  if (certificateId(sha256(der)) !== id) return refuse("its fingerprint is not its key's");
  const authorities = trustedAuthorities(store);
  if (authorities.length === 0) return refuse(NO_AUTHORITY);
  const authority = issuerOf(der, authorities);
  if (authority === undefined) return refuse(NOT_TRUSTED);
  const granted = read(der);
  if (typeof granted === "string") return refuse(granted);
  if (granted.host !== host) return refuse(`it is for the host ${granted.host ?? "nobody"}, not its key's`);
  const { serial, cn, user, teams, signer, notAfter } = granted;
  const certificate = {
    id,
    authority: authority.id,
    serial,
    cn,
    host,
    user,
    teams,
    signer,
    notAfter,
    payload,
  };
  return addCertificate(store, certificate) ? "added" : "known";
}

function read(der: Uint8Array): GrantedIdentity | string {
  try {
    return grantedIdentity(toPem(der, "CERTIFICATE"));
  } catch (error) {
    if (error instanceof KiokuError) return error.message;
    throw error;
  }
}

// Of two revocations of one certificate the earlier counts.
function takeRevocation(store: Store, { id }: CertificateKey, { key, payload }: Arrival): Taken {
  const known = findRevocation(store, id);
  if (known?.payload === payload) return "known";
  const read = parseRevocation(key, payload);
  if (read === undefined) return refuse("it is not a revocation");
  const { authority, serial, at, signed, signature } = read;
  if (revocationId(authority, serial) !== id) return refuse("its certificate is not its key's");
  const authorities = trustedAuthorities(store);
  if (authorities.length === 0) return refuse(NO_AUTHORITY);
  const found = authorities.find((one) => one.id === authority);
  if (found === undefined || !hasSigned(found, signed, signature)) return refuse(NOT_TRUSTED);
  if (known !== undefined && !isBefore([at, payload], [known.revokedAt, known.payload])) return "conflict";
  putRevocation(store, { id, authority, serial, revokedAt: at, payload });
  return known === undefined ? "added" : "replaced";
}

function isBefore(one: readonly [Micros, string], other: readonly [Micros, string]): boolean {
  return one[0] === other[0] ? sha256(one[1]) < sha256(other[1]) : one[0] < other[0];
}

// Of what is too long only that it came is kept.
function aside(store: Store, { key, payload }: Arrival, reason: string, seenAt: Micros): void {
  const kept = payload.length > LONGEST_CERTIFICATE
    ? `${payload.length} characters, SHA-256 ${sha256(payload)}`
    : payload;
  quarantine(store, { key, payload: kept, reason, seenAt });
}
