import "reflect-metadata";
import {
  BasicConstraintsExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** The algorithm of our keys and signatures. */
export const P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** An authority of a test: nobody trusts it who is not told to. */
export interface Authority {
  readonly pem: string;
  readonly subject: string;
  readonly key: CryptoKey;
}

/** What a leaf of a test is to say. */
export interface Leaf {
  readonly cn?: string;
  readonly serial?: string;
  readonly names?: JsonGeneralNames;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** The holder's key; a new one when not given. */
  readonly keys?: CryptoKeyPair;
  /** Whether it may sign others. */
  readonly ca?: boolean;
}

/** A pair of keys of ours. */
export async function newKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
}

/** Makes an authority. */
export async function newAuthority(cn = "test authority"): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: "4b01",
    name: `CN=${cn}`,
    notBefore: new Date("2020-01-01"),
    notAfter: new Date("2090-01-01"),
    keys,
    signingAlgorithm: P256,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { pem: certificate.toString("pem"), subject: certificate.subject, key: keys.privateKey };
}

/** Makes a certificate, PEM, by hand: whatever it says, nothing of ours has checked it. */
export async function newLeaf(authority: Authority, leaf: Leaf = {}): Promise<string> {
  const { publicKey } = leaf.keys ?? await newKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: leaf.serial ?? "4b02",
    subject: leaf.cn === undefined ? "O=nobody" : [{ CN: [leaf.cn] }],
    issuer: authority.subject,
    notBefore: leaf.notBefore ?? new Date("2020-01-01"),
    notAfter: leaf.notAfter ?? new Date("2080-01-01"),
    signingKey: authority.key,
    publicKey,
    signingAlgorithm: P256,
    extensions: [
      new BasicConstraintsExtension(leaf.ca ?? false, undefined, true),
      ...(leaf.names === undefined ? [] : [new SubjectAlternativeNameExtension(leaf.names)]),
    ],
  });
  return certificate.toString("pem");
}
