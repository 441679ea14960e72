import type { Arrival } from "../store/exchange.ts";
import type { OutboxKind } from "../store/outbox.ts";
import type { Store } from "../store/store.ts";
import { certificateKey, revocationKey } from "./certificate_record.ts";
import { findCertificate, findRevocation } from "./certificates.ts";

/** A certificate or a revocation as it goes out, with its key; undefined when it is not here. */
export function outgoingCertificate(store: Store, kind: OutboxKind, id: string): Arrival | undefined {
  if (kind === "certificate") {
    const found = findCertificate(store, id);
    return found && { key: certificateKey(found.host, id), payload: found.payload };
  }
  const found = kind === "revocation" ? findRevocation(store, id) : undefined;
  return found && { key: revocationKey(id), payload: found.payload };
}
