import type { Micros } from "../core/clock.ts";
import { type Authorship, recordKey } from "../core/keyspace.ts";
import { type Scope, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import type { Store } from "../store/store.ts";
import { certificatesOf, findCertificate, grants, type KnownCertificate } from "./certificates.ts";
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
}

/** Judges a record by its signature and by the certificates that are known (docs/signatures.md, "What is checked"). */
export function judge(store: Store, judged: Judged): Verdict {
  const { seenAt } = judged;
  const checked = verifyPayload(store, signingKeyOf(judged), judged.payload);
  if (checked.is === "signed") return weigh(store, checked.by, judged);
  const { is: state, certificate = "", reason = reasons.UNSIGNED } = {
    certificate: undefined,
    reason: undefined,
    ...checked,
  };
  return { state, certificate, seenAt, reason, forged: false };
}

/** Judges a record that this host signs itself, whose certificate the mesh may not have yet. */
export function judgeOwn(store: Store, signer: Signer, judged: Judged): Verdict {
  return weigh(store, { ...signer, id: signer.certificate, revokedAt: undefined }, judged);
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

/** Why a record is set aside; undefined when it is taken. `refuse`: only what is verified is taken. */
export function refusal({ state, reason, forged }: Verdict, refuse: boolean): string | undefined {
  return forged || (refuse && state !== "verified") ? reason : undefined;
}

type Holder = Pick<KnownCertificate, "id" | "host" | "user" | "teams" | "revokedAt">;

function weigh(store: Store, holder: Holder, judged: Judged): Verdict {
  const { act, scope, author, seenAt } = judged;
  const label = scopeLabel(scope);
  const base = { certificate: holder.id, seenAt, forged: false };
  if (!grants(holder, label)) {
    const reason = reasons.notGranted(holder.host, label);
    return { ...base, state: "failed", reason, forged: act === "write" };
  }
  if (act === "write" && holder.host !== author.pcId) {
    return { ...base, state: "failed", reason: reasons.otherHost(holder.host, author.pcId), forged: true };
  }
  if (act === "erase" && !mayErase(store, holder, judged, label)) {
    return { ...base, state: "foreign", reason: reasons.foreign(author.pcId) };
  }
  if (holder.revokedAt !== undefined && seenAt > holder.revokedAt) {
    return { ...base, state: "revoked", reason: reasons.REVOKED };
  }
  return { ...base, state: "verified", reason: undefined };
}

/**
 * Whether the holder may delete or erase: in its own user's tier everything; elsewhere what a host of its user wrote, and
 * what was signed with a certificate that has been revoked, so that others can clean up after it.
 */
function mayErase(store: Store, holder: Holder, { id, author }: Judged, scope: ScopeLabel): boolean {
  if (holder.host === author.pcId || scope === `user/${holder.user}`) return true;
  const { user } = holder;
  if (user !== undefined && certificatesOf(store, author.pcId).some((one) => one.user === user)) return true;
  const written = keptVerdict(store, "o", id, scope);
  return written !== undefined && isProven(written) &&
    findCertificate(store, written.certificate)?.revokedAt !== undefined;
}
