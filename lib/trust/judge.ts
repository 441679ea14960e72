import type { Micros } from "../core/clock.ts";
import { type Authorship, recordKey } from "../core/keyspace.ts";
import { type Scope, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import type { Store } from "../store/store.ts";
import { certificatesOf, findCertificate, grants, type KnownCertificate } from "./certificates.ts";
import { isOwnId, nonceOf } from "./own_id.ts";
import * as reasons from "./reasons.ts";
import type { Signer } from "./signature.ts";
import { type Kept, keptVerdict } from "./verdicts.ts";
import { verifyPayload } from "./verify.ts";

/** What a record's signature came to, and what follows. */
export interface Verdict extends Kept {
  /** Why it is not verified; undefined when it is. */
  readonly reason: string | undefined;
  /** It is proven that somebody wrote in another's name, or where they may not. Such a record is taken nowhere. */
  readonly forged: boolean;
  /** It is a deletion that nothing proves, yet one that a host which refuses what is not proven takes all the same. */
  readonly tolerated: boolean;
}

/** A record to be judged. */
export interface Judged {
  /** `erase`: a tombstone or a stub, which others than the author may write. */
  readonly act: "write" | "erase";
  readonly id: string;
  readonly scope: Scope;
  /** The observation's. */
  readonly author: Authorship;
  readonly payload: string;
  /** When this host first saw it. */
  readonly seenAt: Micros;
  /** What kind of key it stands under. */
  readonly kind: "obs" | "tomb";
  /** Looks up the host that wrote the record of that id and scope that is here; undefined when there is none. */
  readonly writtenBy: () => string | undefined;
}

/** Judges a record by its signature and by the certificates that are known (docs/signatures.md, "What is checked"). */
export function judge(store: Store, judged: Judged): Verdict {
  const { seenAt } = judged;
  const checked = verifyPayload(store, signingKeyOf(judged), judged.payload);
  if (checked.is === "signed") return weigh(store, checked.by, judged, nonceOf(checked.payload));
  const { is: state, certificate = "", reason = reasons.UNSIGNED } = {
    certificate: undefined,
    reason: undefined,
    ...checked,
  };
  return { state, certificate, seenAt, reason, forged: false, tolerated: false };
}

/** Judges a record that this host signs itself, whose certificate the mesh may not have yet. */
export function judgeOwn(store: Store, signer: Signer, judged: Judged, nonce: string | undefined): Verdict {
  return weigh(store, { ...signer, id: signer.certificate, revokedAt: undefined }, judged, nonce);
}

/** The key that is signed: that of today, for a record of before there were tiers too. */
export function signingKeyOf(
  { kind, scope, author, id }: Pick<Judged, "kind" | "scope" | "author" | "id">,
): string {
  return recordKey(kind, scope, author, id);
}

/** Whether the record would be proven to whoever knows the certificates: the higher such rank wins between payloads. */
export function isProven({ state }: Pick<Kept, "state"> = { state: "unsigned" }): boolean {
  // What was revoked counts here, so that hosts that saw the record before and after that agree.
  return state === "verified" || state === "revoked";
}

/**
 * What has to become known so that a record's signature may come to something else; undefined for nothing. `host` is its
 * author's. Records that are set aside for such a reason are looked at again when a certificate comes.
 */
export function pendingReason(kept: Kept | undefined, host: string): string | undefined {
  if (kept?.state === "foreign") return reasons.foreign(host);
  if (kept?.state !== "unknown") return undefined;
  return kept.certificate === "" ? reasons.NEWER : reasons.awaits(kept.certificate);
}

/** Why a record is set aside; undefined when it is taken. `refuse`: only what is verified or tolerated is taken. */
export function refusal({ state, reason, forged, tolerated }: Verdict, refuse: boolean): string | undefined {
  return forged || (refuse && state !== "verified" && !tolerated) ? reason : undefined;
}

type Holder = Pick<KnownCertificate, "id" | "host" | "user" | "teams" | "revokedAt">;

// The signature fits. What is proven has to follow from the record and the certificates alone, so that all hosts agree.
function weigh(store: Store, holder: Holder, judged: Judged, nonce: string | undefined): Verdict {
  const { act, id, scope, author, seenAt } = judged;
  const label = scopeLabel(scope);
  const base = { certificate: holder.id, seenAt, forged: false, tolerated: false };
  const isOwn = nonce !== undefined && isOwnId(id, author.pcId, nonce);
  const fails = (reason: string): Verdict => ({ ...base, state: "failed", reason, forged: act === "write" });
  if (!grants(holder, label)) return fails(reasons.notGranted(holder.host, label));
  if (act === "write") {
    if (holder.host !== author.pcId) return fails(reasons.otherHost(holder.host, author.pcId));
    if (!isOwn) return fails(reasons.otherId(author.pcId));
  } else if (label !== `user/${holder.user}` && !(isOwn && isAuthorsUser(store, holder, author.pcId))) {
    // In a user's tier everything is that user's.
    const tolerated = mayCleanUp(store, holder, judged, label);
    return { ...base, state: "foreign", reason: reasons.foreign(author.pcId), tolerated };
  }
  if (holder.revokedAt !== undefined && seenAt > holder.revokedAt) {
    return { ...base, state: "revoked", reason: reasons.REVOKED };
  }
  return { ...base, state: "verified", reason: undefined };
}

/** Whether the holder is the host itself or another host of its user. */
function isAuthorsUser(store: Store, { host, user }: Holder, author: string): boolean {
  return host === author ||
    (user !== undefined && certificatesOf(store, author).some((one) => one.user === user));
}

/**
 * Whether a deletion is taken although nothing proves that it is the holder's to make: of a record that is here and that
 * nobody has proven to be theirs, by the author's host or user; or of one whose certificate has been revoked.
 */
function mayCleanUp(
  store: Store,
  holder: Holder,
  { id, author, writtenBy }: Judged,
  scope: ScopeLabel,
): boolean {
  const written = keptVerdict(store, "o", id, scope);
  if (written !== undefined && isProven(written)) {
    return findCertificate(store, written.certificate)?.revokedAt !== undefined;
  }
  return writtenBy() === author.pcId && isAuthorsUser(store, holder, author.pcId);
}
