import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Clock } from "../core/clock.ts";
import { grantedIdentity } from "../trust/granted.ts";
import type { Bundle } from "./armour.ts";
import { type Authority, CLOCK_DIFFERENCE, date } from "./authority.ts";
import { addToLedger } from "./ledger.ts";
import type { Issued, Revoked } from "./ledger_entry.ts";
import { alternativeNames } from "./names.ts";
import { ALGORITHM } from "./private_key.ts";
import { LONGEST_CN, type SigningRequest } from "./request.ts";
import { type Plan, planLeaf, type Terms } from "./terms.ts";

/** A certificate that was signed and is in the ledger. */
export interface Signed {
  readonly bundle: Bundle;
  readonly entry: Issued;
  readonly plan: Plan;
}

/**
 * The name by which routers know a certificate's holder: what it calls itself, made harmless, and the serial number, so
 * that no two certificates have the same.
 */
export function leafName({ cn, names }: SigningRequest, serial: string): string {
  const [first = "host"] = [cn, ...names].map(harmless).filter((name) => name !== "");
  return `${first.slice(0, LONGEST_CN - 1 - serial.length)}-${serial}`;
}

/**
 * Signs a request on these terms and records it, with what it replaces, before anybody gets to see the certificate. The
 * ledger is looked at again: whoever was asked may have taken their time.
 */
export async function signRequest(
  folder: string,
  authority: Authority,
  request: SigningRequest,
  terms: Terms,
  serial: string,
  clock: Clock,
): Promise<Signed> {
  return await addToLedger(folder, async (ledger) => {
    const now = clock();
    const plan = planLeaf(request, terms, authority.notAfter, ledger, now);
    const cn = leafName(request, serial);
    const certificate = await makeLeaf(authority, request, plan, cn, serial, now);
    const { fingerprint, notBefore, notAfter } = grantedIdentity(certificate);
    const entry: Issued = {
      event: "issued",
      ...plan.identity,
      cn,
      serial,
      names: plan.names,
      key: request.key,
      fingerprint,
      notBefore,
      notAfter,
      at: now,
    };
    const revoked = plan.replaces.map((leaf): Revoked => ({
      event: "revoked",
      serial: leaf.serial,
      cn: leaf.cn,
      at: now,
      reason: `replaced by ${cn}`,
    }));
    return {
      entries: [...revoked, entry],
      result: { bundle: { certificate, ca: authority.pem }, entry, plan },
    };
  });
}

async function makeLeaf(
  authority: Authority,
  request: SigningRequest,
  plan: Plan,
  cn: string,
  serial: string,
  now: number,
): Promise<string> {
  // A record is signed for a host, so who is none has nothing to sign.
  const signer = plan.identity.host === undefined ? undefined : request.signer;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial,
    subject: [{ CN: [cn] }],
    issuer: authority.certificate.subjectName,
    notBefore: date(now - CLOCK_DIFFERENCE),
    notAfter: date(plan.notAfter),
    signingKey: authority.signingKey,
    publicKey: request.publicKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new SubjectAlternativeNameExtension(alternativeNames(plan.names, plan.identity, signer)),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      await SubjectKeyIdentifierExtension.create(request.publicKey),
      await AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

function harmless(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9.]+/g, "-").replaceAll(/^[-.]+|[-.]+$/g, "");
}
