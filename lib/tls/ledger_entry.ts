import type { Micros } from "../core/clock.ts";
import { isObject, isTextList } from "../core/json.ts";
import { formatTime, parseTime } from "../core/time.ts";
import { identityMembers } from "../trust/identity_file.ts";
import type { IdentityNames } from "../trust/identity_names.ts";

/** A certificate that the authority signed. */
export interface Issued extends IdentityNames {
  readonly event: "issued";
  readonly cn: string;
  readonly serial: string;
  readonly notBefore: Micros;
  readonly notAfter: Micros;
  /** SHA-256 of the certificate (DER), lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** Host names and addresses that it is valid for. */
  readonly names: readonly string[];
  /** SHA-256 of its public key (SubjectPublicKeyInfo, DER): tells a renewal from another holder. */
  readonly key: string;
  readonly at: Micros;
}

/** A certificate that is no longer to be let in. */
export interface Revoked {
  readonly event: "revoked";
  readonly serial: string;
  readonly cn: string;
  readonly at: Micros;
  readonly reason: string;
}

/** One line of the ledger. */
export type LedgerEntry = Issued | Revoked;

/** The line, without its end. */
export function formatEntry(entry: LedgerEntry): string {
  if (entry.event === "revoked") {
    const { event, serial, cn, at, reason } = entry;
    return JSON.stringify({ v: 1, event, serial, cn, at: formatTime(at), reason });
  }
  const { event, cn, serial, host, user, teams, names, key, notBefore, notAfter, fingerprint, at } = entry;
  return JSON.stringify({
    v: 1,
    event,
    cn,
    serial,
    host: host ?? null,
    user: user ?? null,
    teams,
    names,
    key,
    not_before: formatTime(notBefore),
    not_after: formatTime(notAfter),
    fingerprint,
    at: formatTime(at),
  });
}

/** Reads a line; undefined when it is none of ours. */
export function parseEntry(line: string): LedgerEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.v !== 1) return undefined;
  const { event, cn, serial } = value;
  const at = time(value.at);
  if (typeof cn !== "string" || typeof serial !== "string" || at === undefined) return undefined;
  if (event === "revoked") {
    return typeof value.reason === "string" ? { event, cn, serial, at, reason: value.reason } : undefined;
  }
  if (event !== "issued") return undefined;
  const identity = identityMembers(value);
  const notBefore = time(value.not_before);
  const notAfter = time(value.not_after);
  const { fingerprint, key, names } = value;
  if (identity === undefined || notBefore === undefined || notAfter === undefined) return undefined;
  if (typeof fingerprint !== "string" || typeof key !== "string" || !isTextList(names)) return undefined;
  return { ...identity, event, cn, serial, notBefore, notAfter, fingerprint, key, names, at };
}

function time(value: unknown): Micros | undefined {
  return typeof value === "string" ? parseTime(value) : undefined;
}
