import { join } from "node:path";
import type { Micros } from "../core/clock.ts";
import { Failure } from "../core/errors.ts";
import { readTextIfAny, writeWhole } from "../core/files.ts";
import { isId } from "../core/ids.ts";
import { isObject, isTextList } from "../core/json.ts";
import type { Random } from "../core/random.ts";
import { isSlug } from "../core/scope.ts";
import { formatTime, parseTime } from "../core/time.ts";
import type { IdentityNames } from "./identity_names.ts";
import type { Validity } from "./validity.ts";

/** What this host's certificate says, for those that are not to parse certificates: commands on data must start fast. */
export interface CertifiedIdentity extends IdentityNames, Validity {
  readonly cn: string;
  /** SHA-256 of the certificate (DER), lower-case hexadecimal digits: says which certificate this was taken from. */
  readonly fingerprint: string;
  /** The public key that it names for signing records, as base64url; undefined when it names none. */
  readonly signer: string | undefined;
}

/** The file in the tls folder, beside the certificate. */
export const IDENTITY_FILE = "identity.json";

/** Writes what the certificate says beside it, readable by its owner alone. */
export function writeIdentityFile(tlsFolder: string, identity: CertifiedIdentity, random: Random): void {
  const { cn, fingerprint, host, user, teams, signer, notBefore, notAfter } = identity;
  const text = JSON.stringify({
    v: 1,
    cn,
    fingerprint,
    host: host ?? null,
    user: user ?? null,
    teams,
    signer: signer ?? null,
    ...(notBefore === undefined ? {} : { not_before: formatTime(notBefore) }),
    not_after: formatTime(notAfter),
  });
  writeWhole(join(tlsFolder, IDENTITY_FILE), `${text}\n`, random);
}

/** Reads that file; undefined when there is none. Throws a Failure for one that does not hold what we write. */
export function readIdentityFile(tlsFolder: string): CertifiedIdentity | undefined {
  const path = join(tlsFolder, IDENTITY_FILE);
  const text = readTextIfAny(path);
  if (text === undefined) return undefined;
  const identity = parse(text);
  if (identity !== undefined) return identity;
  throw new Failure(
    `Cannot read ${path}: it does not say whom the certificate stands for. Install the certificate again (kioku-mesh tls ` +
      "install), or remove the file.",
  );
}

function parse(text: string): CertifiedIdentity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.v !== 1) return undefined;
  const { cn, fingerprint, signer = null } = value;
  const notBefore = time(value.not_before);
  const notAfter = time(value.not_after);
  if (typeof cn !== "string" || typeof fingerprint !== "string" || notAfter === undefined) return undefined;
  if (signer !== null && typeof signer !== "string") return undefined;
  const names = identityMembers(value);
  return names === undefined
    ? undefined
    : { ...names, cn, fingerprint, signer: signer ?? undefined, notBefore, notAfter };
}

function time(value: unknown): Micros | undefined {
  return typeof value === "string" ? parseTime(value) : undefined;
}

/** Reads the members `host`, `user` (null or an id) and `teams` of an object; undefined when one is something else. */
export function identityMembers(
  { host, user, teams }: Readonly<Record<string, unknown>>,
): IdentityNames | undefined {
  if (host !== null && !(typeof host === "string" && isId(host))) return undefined;
  if (user !== null && !(typeof user === "string" && isSlug(user))) return undefined;
  if (!isTextList(teams) || !teams.every(isSlug)) return undefined;
  return { host: host ?? undefined, user: user ?? undefined, teams };
}
