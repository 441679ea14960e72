import type { Store } from "../store/store.ts";
import { findCertificate, type KnownCertificate } from "./certificates.ts";
import * as reasons from "./reasons.ts";
import { readSignature, signedBytes } from "./signature.ts";
import { isSignedBy } from "./signing_key.ts";

/** What a payload's signature came to; whether its signer may say what it says is for the caller to judge. */
export type Checked =
  | { readonly is: "unsigned" }
  /** It cannot be told yet. `certificate` is the id of the one that is needed; undefined: a newer version signed. */
  | { readonly is: "unknown"; readonly certificate: string | undefined; readonly reason: string }
  | { readonly is: "failed"; readonly certificate: string | undefined; readonly reason: string }
  /** The holder of this certificate, revoked or not, has signed just this payload for just this key. */
  | {
    readonly is: "signed";
    readonly by: KnownCertificate;
    /** The payload without its signature. */
    readonly payload: string;
  };

/** Checks the signature of a payload that stands under a key. Never throws for what it says. */
export function verifyPayload(store: Store, key: string, payload: string): Checked {
  const read = readSignature(payload);
  if (read.is === "none") return { is: "unsigned" };
  if (read.is === "newer") return { is: "unknown", certificate: undefined, reason: reasons.NEWER };
  if (read.is === "malformed") return { is: "failed", certificate: undefined, reason: reasons.MALFORMED };
  const { certificate } = read;
  const by = findCertificate(store, certificate);
  if (by === undefined) return { is: "unknown", certificate, reason: reasons.awaits(certificate) };
  const signed = by.signer !== undefined && !key.includes("\n") &&
    isSignedBy(by.signer, signedBytes(certificate, key, read.payload), read.signature);
  return signed
    ? { is: "signed", by, payload: read.payload }
    : { is: "failed", certificate, reason: reasons.MISMATCH };
}
