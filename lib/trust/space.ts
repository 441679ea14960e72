import { MESH, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { hashOf, type RecordDigest, type RecordSpace } from "../store/exchange.ts";
import type { Store } from "../store/store.ts";
import { CERTIFICATES_BELOW, parseCertificateKey } from "./certificate_record.ts";
import { findCertificate, findRevocation, payloadsOf } from "./certificates.ts";
import { ingestCertificate } from "./ingest.ts";
import { outgoingCertificate } from "./outgoing.ts";

/** Hosts' certificates and their revocations, as hosts exchange them: records of the mesh's tier. */
export const CERTIFICATES: RecordSpace = {
  kinds: ["c", "r"],
  owns: (key) => key.startsWith(CERTIFICATES_BELOW),
  nameOf: (key) => {
    const read = parseCertificateKey(key);
    return read === undefined ? undefined : { kind: read.kind, id: read.id };
  },
  syncKey: (scope) => isMesh(scope) ? `${CERTIFICATES_BELOW}sync` : undefined,
  // That of the tier's memories covers these keys.
  subscriptions: () => [],
  parts: (scope) =>
    isMesh(scope) ? [{ steps: [[`${CERTIFICATES_BELOW}*/*`]], kinds: ["c", "r"], prefix: "" }] : [],
  ingest: ingestCertificate,
  // Whoever is allowed to take a certificate back signs that.
  ingestDelete: () => false,
  isKnown: (store, { key, payload }) => {
    const read = parseCertificateKey(key);
    if (read === undefined) return false;
    const known = read.kind === "c" ? findCertificate(store, read.id) : findRevocation(store, read.id);
    return known?.payload === payload;
  },
  digests,
  outgoing: outgoingCertificate,
};

function digests(store: Store, scope: ScopeLabel, prefix: string): RecordDigest[] {
  return isMesh(scope)
    ? payloadsOf(store, prefix).map(({ kind, id, payload }) => ({ kind, id, hash: hashOf(payload) }))
    : [];
}

function isMesh(scope: ScopeLabel): boolean {
  return scope === scopeLabel(MESH);
}
