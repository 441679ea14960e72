import "reflect-metadata";
import { X509Certificate } from "@peculiar/x509";
import type { Clock, Micros } from "../core/clock.ts";
import { Failure, UsageError } from "../core/errors.ts";
import { readTextIfAny, writeWhole } from "../core/files.ts";
import type { Random } from "../core/random.ts";
import { formatTime } from "../core/time.ts";
import { type GrantedIdentity, grantedIdentity } from "../trust/granted.ts";
import { writeIdentityFile } from "../trust/identity_file.ts";
import type { Bundle } from "./armour.ts";
import { isAuthority, readAuthority } from "./authority.ts";
import { holdsAuthority, makePrivateFolder, tlsFiles } from "./files.ts";
import { type PrivateKey, publicKeyInfo, readPrivateKey } from "./private_key.ts";

/** A certificate whose chain, time and key are as they should be. */
export interface Checked {
  readonly bundle: Bundle;
  readonly granted: GrantedIdentity;
  readonly key: PrivateKey;
  readonly authority: GrantedIdentity;
  /** The authority that this host trusts now, when it is another one. */
  readonly replaces: GrantedIdentity | undefined;
}

/** The keys of a tls folder that a certificate may be for: the one in use and the one that waits. */
export async function waitingKeys(folder: string): Promise<readonly PrivateKey[]> {
  const { key, nextKey } = tlsFiles(folder);
  const found: PrivateKey[] = [];
  for (const path of [nextKey, key]) {
    const pem = readTextIfAny(path);
    if (pem !== undefined) found.push(await readPrivateKey(pem, path));
  }
  return found;
}

/**
 * Looks at everything that a certificate has to be before it is used. Throws a Failure that names what is wrong: no
 * authority, signed by another one, over or not yet begun, for another key, an authority that this host does not trust
 * (unless `replaceCa`).
 */
export async function checkBundle(
  folder: string,
  bundle: Bundle,
  keys: readonly PrivateKey[],
  replaceCa: boolean,
  now: Micros,
): Promise<Checked> {
  const granted = grantedIdentity(bundle.certificate);
  const authority = readAuthority(bundle.ca, "the bundle's authority");
  if (isAuthority(bundle.certificate)) {
    throw new Failure("Cannot install: the certificate is one of an authority, not of a host.");
  }
  if (!await isSigned(bundle.certificate, bundle.ca) || !await isSigned(bundle.ca, bundle.ca)) {
    throw new Failure("Cannot install: the certificate is not signed by the authority that came with it.");
  }
  requireTime("the certificate", granted, now);
  requireTime("the authority", authority, now);
  const key = await keyOf(granted, keys);
  const trusted = readTextIfAny(tlsFiles(folder).ca);
  const current = trusted === undefined ? undefined : grantedIdentity(trusted);
  const replaces = current?.fingerprint === authority.fingerprint ? undefined : current;
  if (replaces !== undefined) refuseOther(folder, replaces, authority, replaceCa);
  return { bundle, granted, key, authority, replaces };
}

/** Whether one certificate names another one as its signer, and is signed by its key. Both PEM. */
export async function isSigned(pem: string, signerPem: string): Promise<boolean> {
  try {
    const certificate = new X509Certificate(pem);
    const signer = new X509Certificate(signerPem);
    return certificate.issuer === signer.subject &&
      await certificate.verify({ publicKey: signer.publicKey, signatureOnly: true });
  } catch {
    return false;
  }
}

/** Writes what was checked. The key that waited takes the place of the one in use, and what is asked for is answered. */
export function writeInstalled(folder: string, checked: Checked, random: Random): void {
  const files = tlsFiles(folder);
  makePrivateFolder(folder);
  if (readTextIfAny(files.key) !== checked.key.pem) writeWhole(files.key, checked.key.pem, random);
  writeWhole(files.certificate, checked.bundle.certificate, random);
  if (checked.replaces !== undefined || readTextIfAny(files.ca) === undefined) {
    writeWhole(files.ca, checked.bundle.ca, random);
  }
  writeIdentityFile(folder, checked.granted, random);
  if (readTextIfAny(files.nextKey) === checked.key.pem) Deno.removeSync(files.nextKey);
}

/** Checks a bundle against the keys of the folder and installs it. */
export async function installBundle(
  folder: string,
  bundle: Bundle,
  replaceCa: boolean,
  clock: Clock,
  random: Random,
): Promise<Checked> {
  const keys = await waitingKeys(folder);
  if (keys.length === 0) {
    throw new UsageError(
      `Cannot install: there is no key here (${
        tlsFiles(folder).key
      }). Make one with \`kioku-mesh tls request\`, and have its ` +
        "request signed.",
    );
  }
  const checked = await checkBundle(folder, bundle, keys, replaceCa, clock());
  writeInstalled(folder, checked, random);
  return checked;
}

function requireTime(what: string, { notBefore, notAfter }: GrantedIdentity, now: Micros): void {
  if (now < notBefore) {
    throw new Failure(
      `Cannot install: ${what} begins on ${formatTime(notBefore).slice(0, 19)}Z and here it is ${
        formatTime(now).slice(0, 19)
      }Z. Set this host's clock.`,
    );
  }
  if (now >= notAfter) {
    throw new Failure(
      `Cannot install: ${what} ended on ${formatTime(notAfter).slice(0, 19)}Z and here it is ${
        formatTime(now).slice(0, 19)
      }Z. Have a new one signed, or set this host's clock.`,
    );
  }
}

async function keyOf(granted: GrantedIdentity, keys: readonly PrivateKey[]): Promise<PrivateKey> {
  for (const key of keys) {
    const own = await publicKeyInfo(key);
    if (own.length === granted.publicKey.length && own.every((byte, at) => byte === granted.publicKey[at])) {
      return key;
    }
  }
  throw new Failure(
    `Cannot install: the certificate (${granted.cn}) is for another key than this host's. Each bundle belongs to the host ` +
      "whose request was signed; install it there.",
  );
}

function refuseOther(folder: string, now: GrantedIdentity, other: GrantedIdentity, replaceCa: boolean): void {
  const both =
    `this host trusts ${now.cn} (SHA-256 ${now.fingerprint}), the bundle is from ${other.cn} (SHA-256 ` +
    `${other.fingerprint})`;
  if (holdsAuthority(folder)) {
    throw new Failure(
      `Cannot install: ${both}, and this host holds the key of the first. Install it elsewhere.`,
    );
  }
  if (!replaceCa) {
    throw new Failure(`Cannot install: ${both}. If the mesh has a new authority, add --replace-ca.`);
  }
}
