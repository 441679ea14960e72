import "reflect-metadata";
import { join } from "node:path";
import { signerUri } from "../../lib/trust/signer_name.ts";
import { deriveSigningKey } from "../../lib/trust/signing_key.ts";
import {
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What a test's certificate says. */
export interface LeafParts {
  readonly cn: string;
  /** Host names and addresses; 127.0.0.1 when not given. */
  readonly addresses?: readonly string[];
  readonly host?: string;
  readonly user?: string;
  readonly teams?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A certificate with its key, PEM, and the line about it in the ledger of issued certificates. */
export interface TestLeaf {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
  readonly issued: Readonly<Record<string, unknown>>;
  readonly serial: string;
  readonly cn: string;
}

/** An authority of a test, whose key is gone with it. */
export interface TestAuthority {
  /** PEM. */
  readonly ca: string;
  issue(parts: LeafParts): Promise<TestLeaf>;
}

/** Makes an authority. */
export async function testAuthority(name = "test CA"): Promise<TestAuthority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const authority = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 5 * MINUTE_MS),
    notAfter: new Date(Date.now() + 30 * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const ca = `${authority.toString("pem")}\n`;
  return {
    ca,
    async issue(parts) {
      const { cn, host, user, teams = [] } = parts;
      const notBefore = parts.notBefore ?? new Date(Date.now() - 5 * MINUTE_MS);
      const notAfter = parts.notAfter ?? new Date(Date.now() + 20 * DAY_MS);
      const pair = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
      const serial = randomSerial();
      const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
      const key = `${PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`;
      const leaf = await X509CertificateGenerator.create({
        serialNumber: serial,
        subject: `CN=${cn}`,
        issuer: authority.subject,
        notBefore,
        notAfter,
        signingKey: keys.privateKey,
        publicKey: pair.publicKey,
        signingAlgorithm: ALGORITHM,
        extensions: leafExtensions(parts, key),
      });
      return {
        certificate: `${leaf.toString("pem")}\n`,
        key,
        ca,
        serial,
        cn,
        issued: {
          v: 1,
          event: "issued",
          cn,
          serial,
          host: host ?? null,
          user: user ?? null,
          teams,
          names: parts.addresses ?? ["127.0.0.1"],
          key: hex(new Uint8Array(await crypto.subtle.digest("SHA-256", leaf.publicKey.rawData))),
          not_before: notBefore.toISOString(),
          not_after: notAfter.toISOString(),
          fingerprint: hex(new Uint8Array(await leaf.getThumbprint("SHA-256"))),
          at: new Date().toISOString(),
        },
      };
    },
  };
}

/** Writes a certificate, its key and its authority as a tls folder has them; gives the folder. */
export function writeTlsFolder(folder: string, { ca, certificate, key, issued }: TestLeaf): string {
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { v, cn, fingerprint, host, user, teams, not_after } = issued;
  const identity = JSON.stringify({ v, cn, fingerprint, host, user, teams, not_after });
  const files = [["ca.crt", ca], ["peer.crt", certificate], ["peer.key", key], [
    "identity.json",
    identity,
  ]] as const;
  for (const [name, text] of files) {
    Deno.writeTextFileSync(join(folder, name), text, { mode: 0o600 });
  }
  return folder;
}

function leafExtensions(parts: LeafParts, key: string): Extension[] {
  const { addresses = ["127.0.0.1"], host, user, teams = [] } = parts;
  const url = (kind: string, id: string) => ({ type: "url" as const, value: `urn:kioku-mesh:${kind}:${id}` });
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new SubjectAlternativeNameExtension([
      ...addresses.map((value) => ({
        type: /^[\d.]+$|:/.test(value) ? "ip" as const : "dns" as const,
        value,
      })),
      ...(host === undefined ? [] : [url("host", host), {
        type: "url" as const,
        value: signerUri(deriveSigningKey(key).publicKey),
      }]),
      ...(user === undefined ? [] : [url("user", user)]),
      ...teams.map((team) => url("team", team)),
    ]),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
  ];
}

// Positive and without a leading zero byte, as certificates write numbers.
function randomSerial(): string {
  return `4b${hex(crypto.getRandomValues(new Uint8Array(8)))}`;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
