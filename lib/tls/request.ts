import "reflect-metadata";
import {
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";
import { sha256 } from "../core/digest.ts";
import { Failure, KiokuError, UsageError } from "../core/errors.ts";
import { type IdentityNames, readIdentityUris } from "../trust/identity_names.ts";
import { readSignerUri } from "../trust/signer_name.ts";
import { LABELS, readBlock } from "./armour.ts";
import { alternativeNames, readNames } from "./names.ts";
import { ALGORITHM } from "./private_key.ts";

/** What a host asks the authority for. */
export interface Wanted {
  /** What the host is called; the signer makes the certificate's name from it. */
  readonly cn: string;
  /** Host names and addresses. */
  readonly names: readonly string[];
  readonly identity: IdentityNames;
  /** The public key that the host signs records with, as `SigningKey` has it; undefined: it signs none. */
  readonly signer: string | undefined;
}

/** A request whose holder has proved to have its key. Nothing else in it is proved. */
export interface SigningRequest extends Wanted {
  /** The whole subject, which is shown and not trusted. */
  readonly subject: string;
  /** Names that no certificate of ours is made for. */
  readonly ignored: readonly string[];
  /** The public key as SubjectPublicKeyInfo (DER), and its SHA-256. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly key: string;
}

/** The longest common name (X.520). */
export const LONGEST_CN = 64;

/** Object identifier of the names for which a certificate is valid (RFC 5280). */
const ALTERNATIVE_NAMES = "2.5.29.17";

/** Makes a request, PEM. Throws a UsageError for what the authority could not sign. */
export async function makeRequest(
  { cn, names, identity, signer }: Wanted,
  keys: CryptoKeyPair,
): Promise<string> {
  if (names.length === 0) {
    throw new UsageError("Cannot make a request: it names no host. Give its name or address with --san.");
  }
  if (cn === "" || cn.length > LONGEST_CN) {
    throw new UsageError(`Cannot use the common name "${cn}": it is not 1 to ${LONGEST_CN} characters long.`);
  }
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [cn] }],
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new SubjectAlternativeNameExtension(alternativeNames(names, identity, signer))],
  });
  return `${request.toString("pem")}\n`;
}

/**
 * Reads a request from a pasted block or a PEM file. Throws a UsageError for what is none, and a Failure for one that cannot
 * be signed: not signed by its own key, a key of another kind than ours, no names, names that contradict each other.
 */
export async function readRequest(text: string): Promise<SigningRequest> {
  const pem = text.includes("-----BEGIN KIOKU-MESH") ? readBlock(LABELS.request, text) : text;
  const [found] =
    /-----BEGIN (NEW )?CERTIFICATE REQUEST-----.*?-----END \1CERTIFICATE REQUEST-----/s.exec(pem) ?? [];
  // Says what is missing.
  if (found === undefined) throw new UsageError(noRequest(text, pem));
  try {
    return await read(new Pkcs10CertificateRequest(found.replaceAll("NEW CERT", "CERT")));
  } catch (error) {
    if (error instanceof KiokuError) throw error;
    throw new UsageError("Cannot sign: the certificate request is damaged. Copy it again.");
  }
}

async function read(request: Pkcs10CertificateRequest): Promise<SigningRequest> {
  const algorithm: Algorithm & { namedCurve?: string } = request.publicKey.algorithm;
  if (algorithm.name !== ALGORITHM.name || algorithm.namedCurve !== ALGORITHM.namedCurve) {
    const kind = algorithm.namedCurve === undefined ? algorithm.name : `EC ${algorithm.namedCurve}`;
    throw new Failure(
      `Cannot sign: the request's key is ${kind}, not EC P-256. Make it with kioku-mesh tls request.`,
    );
  }
  if (!await request.verify()) {
    throw new Failure("Cannot sign: the request is not signed by its own key, so somebody has changed it.");
  }
  const extension = request.getExtension(ALTERNATIVE_NAMES);
  const items = extension === null ? [] : new SubjectAlternativeNameExtension(extension.rawData).names.items;
  const of = (type: string) => items.filter((item) => item.type === type).map(({ value }) => value);
  const names = readNames([...of("dns"), ...of("ip")]);
  if (names.length === 0) {
    throw new Failure("Cannot sign: the request names no host. Make it anew with --san NAME or ADDRESS.");
  }
  const publicKey = new Uint8Array(request.publicKey.rawData);
  return {
    subject: request.subject,
    cn: request.subjectName.getField("CN")[0] ?? "",
    names,
    identity: readIdentityUris(of("url")),
    signer: readSignerUri(of("url")),
    ignored: items.filter(({ type, value }) =>
      type !== "dns" && type !== "ip" && !(type === "url" && value.startsWith("urn:kioku-mesh:"))
    ).map(({ type, value }) => `${type} ${value}`),
    publicKey,
    key: sha256(publicKey),
  };
}

function noRequest(text: string, pem: string): string {
  return pem === text
    ? "Cannot sign: there is no certificate request in what was given. Paste the block that `kioku-mesh tls request` printed."
    : "Cannot sign: the block holds no certificate request. Make it anew with `kioku-mesh tls request`.";
}
