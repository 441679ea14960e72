import "reflect-metadata";
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { join } from "node:path";
import { type Clock, DAY, type Micros, MINUTE } from "../core/clock.ts";
import { Failure, UsageError } from "../core/errors.ts";
import { isFile, readTextIfAny, writeWhole } from "../core/files.ts";
import { hex, type Random } from "../core/random.ts";
import { formatTime } from "../core/time.ts";
import { type GrantedIdentity, grantedIdentity } from "../trust/granted.ts";
import { holdsAuthority, makePrivateFolder, tlsFiles } from "./files.ts";
import { LEDGER_FILE } from "./ledger.ts";
import {
  ALGORITHM,
  type AskPassphrase,
  newPrivateKey,
  publicKeyInfo,
  readPrivateKey,
} from "./private_key.ts";
import { LONGEST_CN } from "./request.ts";

/** An authority that can sign. */
export interface Authority {
  readonly certificate: X509Certificate;
  /** Its certificate as it lies there, PEM. */
  readonly pem: string;
  readonly signingKey: CryptoKey;
  readonly notAfter: Micros;
}

/** How an authority is to be. */
export interface NewAuthority {
  readonly name: string;
  readonly days: number;
  /** Undefined: the key's file is protected by its permissions alone. */
  readonly passphrase: string | undefined;
}

/** What there is for an authority of which nothing else was said (compat cli §5). */
export const DEFAULT_AUTHORITY: NewAuthority = { name: "kioku-mesh-ca", days: 3650, passphrase: undefined };

/** Certificates begin a little before they are made, for clocks that are slow (compat cli §5). */
export const CLOCK_DIFFERENCE: Micros = 5 * MINUTE;

/** A certificate's number: positive, without a leading zero byte, and 62 random bits. */
export function newSerial(random: Random): string {
  const [first = 0, ...rest] = random(8);
  return hex(Uint8Array.from([0x40 | (first & 0x3f), ...rest]));
}

/**
 * Makes an authority in a tls folder. What is replaced, its ledger with it, is kept under a name with the time. Throws a
 * Failure when there is one and it is not to be replaced. Gives what was set aside.
 */
export async function makeAuthority(
  folder: string,
  { name, days, passphrase }: NewAuthority,
  replace: boolean,
  clock: Clock,
  random: Random,
): Promise<readonly string[]> {
  if (name === "" || name.length > LONGEST_CN) {
    throw new UsageError(`Cannot use the name "${name}": it is not 1 to ${LONGEST_CN} characters long.`);
  }
  const files = tlsFiles(folder);
  const existing = [files.caKey, files.ca].filter(isFile);
  if (existing.length > 0 && !replace) {
    throw new Failure(
      `Cannot make an authority: ${
        existing.join(" and ")
      } is there. Add --force to replace it; every certificate that it ` +
        "signed is refused from then on.",
    );
  }
  const now = clock();
  makePrivateFolder(folder);
  const key = await newPrivateKey(random, passphrase);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(random),
    name: [{ CN: [name] }],
    notBefore: date(now - CLOCK_DIFFERENCE),
    notAfter: date(now + days * DAY),
    keys: key.keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(key.keys.publicKey),
    ],
  });
  const aside = setAside([files.caKey, files.ca, join(folder, LEDGER_FILE)].filter(isFile), now);
  writeWhole(files.caKey, key.pem, random);
  writeWhole(files.ca, `${certificate.toString("pem")}\n`, random);
  return aside;
}

/** Opens the authority of a tls folder. Throws a Failure when it is not there, damaged, or over. */
export async function openAuthority(folder: string, ask: AskPassphrase, now: Micros): Promise<Authority> {
  const files = tlsFiles(folder);
  const pem = readTextIfAny(files.ca);
  const keyText = readTextIfAny(files.caKey);
  if (!holdsAuthority(folder) || pem === undefined || keyText === undefined) {
    throw new UsageError(
      `Cannot sign: there is no authority here (${files.caKey}). Sign on the host that has it, or make one with ` +
        "`kioku-mesh tls init-ca`.",
    );
  }
  const { notAfter, publicKey } = readAuthority(pem, files.ca);
  if (notAfter <= now) {
    throw new Failure(
      `Cannot sign: the authority ended on ${
        formatTime(notAfter).slice(0, 10)
      }. Make another one (kioku-mesh tls init-ca ` +
        "--force).",
    );
  }
  const key = await readPrivateKey(keyText, files.caKey, ask);
  const own = await publicKeyInfo(key);
  if (own.length !== publicKey.length || own.some((byte, at) => byte !== publicKey[at])) {
    throw new Failure(`Cannot sign: ${files.caKey} is not the key of ${files.ca}. Restore the one that is.`);
  }
  return { certificate: new X509Certificate(pem), pem, signingKey: key.keys.privateKey, notAfter };
}

/** Reads an authority's certificate, PEM. Throws a Failure for one that may not sign; `what` is named in it. */
export function readAuthority(pem: string, what: string): GrantedIdentity {
  const granted = grantedIdentity(pem);
  if (isAuthority(pem)) return granted;
  throw new Failure(`Cannot use ${what}: it is not the certificate of an authority.`);
}

/** Whether a certificate, PEM, may sign others. */
export function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).getExtension(BasicConstraintsExtension)?.ca === true;
  } catch {
    return false;
  }
}

/** The time as certificates hold it: whole seconds. */
export function date(time: Micros): Date {
  return new Date(Math.floor(time / 1_000_000) * 1000);
}

function setAside(paths: readonly string[], now: Micros): readonly string[] {
  const stamp = formatTime(now).slice(0, 19).replaceAll(/[-:]/g, "");
  return paths.map((path) => {
    const aside = `${path}.${stamp}Z`;
    Deno.renameSync(path, aside);
    return aside;
  });
}
