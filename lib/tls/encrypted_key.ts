import { Failure } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { type DerValue, derValues } from "../trust/der.ts";
import { fromPem, toPem } from "../trust/pem.ts";
import { der, derInteger, readInteger, TAG } from "./der.ts";

// PKCS #5 and RFC 8018, RFC 5958: PBES2 with PBKDF2, HMAC-SHA-256 and AES-256-CBC. Object identifiers as DER has them.
const PBES2 = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d);
const PBKDF2 = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c);
const HMAC_SHA256 = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09);
const AES_256_CBC = Uint8Array.of(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a);

/** OWASP's figure for PBKDF2 with HMAC-SHA-256: about 0.1 s a guess. */
const ITERATIONS = 600_000;

/** More than this would only keep the program busy. */
const MOST_ITERATIONS = 5_000_000;

/** What stands around an encrypted key in PEM. */
const ENCRYPTED = "ENCRYPTED PRIVATE KEY";

/** Whether the PEM text is a key under a passphrase. */
export function isEncrypted(pem: string): boolean {
  return pem.includes(`-----BEGIN ${ENCRYPTED}-----`);
}

/** Encrypts a private key (PKCS#8, DER). Gives PEM that OpenSSL reads too. */
export async function encryptKey(
  key: Uint8Array<ArrayBuffer>,
  passphrase: string,
  random: Random,
): Promise<string> {
  const salt = Uint8Array.from(random(16));
  const iv = Uint8Array.from(random(16));
  const secret = await derive(passphrase, salt, ITERATIONS);
  const encrypted = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv }, secret, key));
  const sequence = (...body: readonly Uint8Array[]) => der(TAG.sequence, ...body);
  const object = (bytes: Uint8Array) => der(TAG.object, bytes);
  const derivation = sequence(
    object(PBKDF2),
    sequence(
      der(TAG.octetString, salt),
      derInteger(ITERATIONS),
      sequence(object(HMAC_SHA256), der(TAG.nothing)),
    ),
  );
  const cipher = sequence(object(AES_256_CBC), der(TAG.octetString, iv));
  const info = sequence(
    sequence(object(PBES2), sequence(derivation, cipher)),
    der(TAG.octetString, encrypted),
  );
  return toPem(info, ENCRYPTED);
}

/** What to say when a key does not open. */
export function wrongPassphrase(): Failure {
  return new Failure("Cannot open the key: the passphrase is wrong, or the file is damaged.");
}

/** Decrypts such a key (PKCS#8, DER). Throws a Failure for a wrong passphrase, damage, and other ways of encrypting. */
export async function decryptKey(pem: string, passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
  const { salt, iterations, iv, encrypted } = readEncrypted(pem);
  const secret = await derive(passphrase, salt, iterations);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, secret, encrypted));
  } catch {
    throw wrongPassphrase();
  }
}

async function derive(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<CryptoKey> {
  const secret = new TextEncoder().encode(passphrase);
  const base = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveKey"]);
  return await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    base,
    { name: "AES-CBC", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

interface Encrypted {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly encrypted: Uint8Array<ArrayBuffer>;
}

function readEncrypted(pem: string): Encrypted {
  const [scheme, encrypted] = inside(whole(pem));
  const [name, parameters] = inside(scheme);
  const [derivation, cipher] = inside(parameters);
  const [derivationName, derivationParameters] = inside(derivation);
  const [salt, count, ...rest] = inside(derivationParameters);
  const [cipherName, iv] = inside(cipher);
  // Between count and the hash stands the length of the secret, when it stands there.
  const [hash] = inside(rest.at(-1));
  const iterations = count === undefined ? undefined : readInteger(count);
  const known = is(name, PBES2) && is(derivationName, PBKDF2) && is(cipherName, AES_256_CBC) &&
    is(hash, HMAC_SHA256);
  if (
    !known || salt?.tag !== TAG.octetString || iv?.tag !== TAG.octetString ||
    encrypted?.tag !== TAG.octetString
  ) {
    throw unknown();
  }
  if (iterations === undefined || iterations < 1 || iterations > MOST_ITERATIONS) throw unknown();
  return { salt: salt.body, iterations, iv: iv.body, encrypted: encrypted.body };
}

function whole(pem: string): DerValue | undefined {
  const found = values(fromPem(pem, ENCRYPTED));
  return found.length === 1 ? found[0] : undefined;
}

function inside(value: DerValue | undefined): readonly DerValue[] {
  return values(value?.tag === TAG.sequence ? value.body : undefined);
}

function values(bytes: Uint8Array<ArrayBuffer> | undefined): readonly DerValue[] {
  try {
    if (bytes !== undefined) return derValues(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw unknown();
}

function is(value: DerValue | undefined, object: Uint8Array): boolean {
  return value?.tag === TAG.object && value.body.length === object.length &&
    object.every((byte, at) => value.body[at] === byte);
}

function unknown(): Failure {
  return new Failure(
    "Cannot open the key: it is not encrypted with AES-256-CBC and PBKDF2-SHA256. Convert it: openssl pkcs8 -topk8 -v2 " +
      "aes-256-cbc.",
  );
}
