import "reflect-metadata";
import { SubjectAlternativeNameExtension, X509Certificate } from "@peculiar/x509";
import type { Micros } from "../core/clock.ts";
import { Failure, KiokuError, messageOf } from "../core/errors.ts";
import { readTextIfAny } from "../core/files.ts";
import { formatTime } from "../core/time.ts";
import { type GrantedIdentity, grantedIdentity } from "../trust/granted.ts";
import { IDENTITY_FILE, readIdentityFile } from "../trust/identity_file.ts";
import { tlsFiles } from "./files.ts";
import { readLedger } from "./ledger.ts";
import type { Revoked } from "./ledger_entry.ts";
import { isSigned } from "./install.ts";
import { publicKeyInfo, readPrivateKey } from "./private_key.ts";

/** A certificate of a tls folder, and what is wrong with it. */
export interface Inspected {
  readonly path: string;
  readonly granted: GrantedIdentity;
  /** Host names and addresses. */
  readonly names: readonly string[];
  /** Who signed it, as its text says. */
  readonly issuer: string;
  readonly revoked: Pick<Revoked, "at" | "reason"> | undefined;
  /** Why it cannot be used; nothing when it can. */
  readonly problems: readonly string[];
}

/** The host names and addresses of a certificate, PEM. */
export function certificateNames(pem: string): string[] {
  const items = new X509Certificate(pem).getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  return items.filter(({ type }) => type === "dns" || type === "ip").map(({ value }) => value);
}

/** Looks at the authority that a tls folder trusts; undefined when it trusts none. */
export function inspectAuthority(folder: string, now: Micros): Inspected | undefined {
  const { ca } = tlsFiles(folder);
  const pem = readTextIfAny(ca);
  if (pem === undefined) return undefined;
  const granted = named(ca, () => grantedIdentity(pem));
  return {
    path: ca,
    granted,
    names: [],
    issuer: issuerOf(pem),
    revoked: undefined,
    problems: times(granted, now),
  };
}

/** Looks at the host's own certificate; undefined when there is none. */
export async function inspectCertificate(folder: string, now: Micros): Promise<Inspected | undefined> {
  const files = tlsFiles(folder);
  const pem = readTextIfAny(files.certificate);
  if (pem === undefined) return undefined;
  const granted = named(files.certificate, () => grantedIdentity(pem));
  const revoked = readLedger(folder).find(({ fingerprint }) => fingerprint === granted.fingerprint)?.revoked;
  const ca = readTextIfAny(files.ca);
  return {
    path: files.certificate,
    granted,
    names: certificateNames(pem),
    issuer: issuerOf(pem),
    revoked,
    problems: [
      ...times(granted, now),
      ...(revoked === undefined
        ? []
        : [`revoked on ${formatTime(revoked.at).slice(0, 10)} (${revoked.reason})`]),
      ...(ca === undefined
        ? [`${files.ca} is missing`]
        : await isSigned(pem, ca)
        ? []
        : [`not signed by ${files.ca}`]),
      ...await keyProblems(granted, files.key),
      ...identityProblems(folder, granted),
    ],
  };
}

async function keyProblems({ publicKey }: GrantedIdentity, path: string): Promise<string[]> {
  const pem = readTextIfAny(path);
  if (pem === undefined) return [`${path} is missing`];
  try {
    const own = await publicKeyInfo(await readPrivateKey(pem, path));
    const same = own.length === publicKey.length && own.every((byte, at) => byte === publicKey[at]);
    return same ? [] : [`${path} is another key`];
  } catch (error) {
    if (error instanceof KiokuError) return [error.message.replace(/\.$/, "")];
    throw error;
  }
}

// Another program may have put a certificate there.
function identityProblems(folder: string, { fingerprint, host }: GrantedIdentity): string[] {
  const said = readIdentityFile(folder);
  if (said?.fingerprint === fingerprint || (said === undefined && host === undefined)) return [];
  const { certificate, ca } = tlsFiles(folder);
  return [
    `${IDENTITY_FILE} ${said === undefined ? "is missing" : "is about another certificate"}; ` +
    `\`kioku-mesh tls install --cert ${certificate} --ca ${ca}\` writes it`,
  ];
}

function times({ notBefore, notAfter }: GrantedIdentity, now: Micros): string[] {
  if (now >= notAfter) return ["EXPIRED"];
  return now < notBefore ? ["not valid yet: is this host's clock right?"] : [];
}

function issuerOf(pem: string): string {
  const certificate = new X509Certificate(pem);
  return certificate.issuerName.getField("CN")[0] ?? certificate.issuer;
}

function named<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Failure(`Cannot show ${path}: ${messageOf(error)}`);
  }
}
