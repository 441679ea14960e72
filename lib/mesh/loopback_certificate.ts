import "reflect-metadata";
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { type Clock, DAY } from "../core/clock.ts";
import { hex, type Random } from "../core/random.ts";

/** What the loopback side of one start of the router is secured with. All PEM. */
export interface LoopbackCertificate {
  /** Who signed it; its key is gone when this is made. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/**
 * How far from now it is valid, both ways: clocks are set while a router runs, by years too where there was no time at the
 * start. What ends it is the end of the router, with which the authority is forgotten.
 */
const VALID: number = 3650 * DAY;

/**
 * Makes an authority and a certificate for 127.0.0.1, for one start of one router. The remote-api plugin has no
 * authentication and lets any web page in; a browser that does not trust this authority refuses the connection (DESIGN §6).
 * Takes about 15 ms.
 */
export async function makeLoopbackCertificate(clock: Clock, random: Random): Promise<LoopbackCertificate> {
  const milliseconds = clock() / 1000;
  const valid = {
    notBefore: new Date(milliseconds - VALID / 1000),
    notAfter: new Date(milliseconds + VALID / 1000),
  };
  const authority = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const pair = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const ca = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(random),
    name: "CN=kioku-mesh loopback",
    ...valid,
    keys: authority,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(random),
    subject: "CN=kioku-mesh router",
    issuer: ca.subject,
    ...valid,
    signingKey: authority.privateKey,
    publicKey: pair.publicKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  return {
    ca: `${ca.toString("pem")}\n`,
    certificate: `${certificate.toString("pem")}\n`,
    key: `${PemConverter.encode(key, "PRIVATE KEY")}\n`,
  };
}

// Positive and without a leading zero byte, as certificates write numbers.
function serial(random: Random): string {
  return `4b${hex(random(8))}`;
}
