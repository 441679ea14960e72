import { format, type SecretRule } from "./rule.ts";

/**
 * What may stand between the marker line and the key: blanks, the escapes and quotes of a key pasted into source or
 * JSON, then header lines such as `Proc-Type: 4,ENCRYPTED`.
 */
const BODY = String
  .raw`(?:\s|\\[nr]|["'+,>]){0,40}(?:[A-Z][A-Za-z-]{1,20}: [^\n\\]{1,120}(?:\n|\\[nr])(?:\s|\\[nr]){0,4}){0,4}`;
/** 40 characters in one line: a documentation example is cut shorter, every real key is longer. */
const KEY = String.raw`[A-Za-z0-9+/]{40}[A-Za-z0-9+/=\s\\"',]*`;

/** Private keys and signed tokens. */
export const keyRules: readonly SecretRule[] = [
  format(
    "openssh-private-key",
    "OpenSSH private key",
    ["-----BEGIN OPENSSH PRIVATE KEY-----"],
    pem("OPENSSH PRIVATE KEY"),
  ),
  format(
    "pgp-private-key",
    "PGP private key",
    ["-----BEGIN PGP PRIVATE KEY BLOCK-----"],
    pem("PGP PRIVATE KEY BLOCK"),
  ),
  format("private-key", "private key", ["-----BEGIN "], pem("(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY")),
  format(
    "putty-private-key",
    "PuTTY private key",
    ["PuTTY-User-Key-File-"],
    /PuTTY-User-Key-File-\d: [^\n]{1,60}\r?\n(?:[A-Z][A-Za-z-]{1,20}: [^\n]{0,100}\r?\n|[A-Za-z0-9+/=]{1,76}\r?\n){1,60}Private-Lines: \d/y,
  ),
  format(
    "age-secret-key",
    "age secret key",
    ["AGE-SECRET-KEY-1"],
    /AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}(?!\w)/y,
  ),
  format(
    "bip32-private-key",
    "extended private key of a wallet",
    ["xprv"],
    /xprv[1-9A-HJ-NP-Za-km-z]{107}(?!\w)/y,
  ),
  format("nostr-private-key", "Nostr private key", ["nsec1"], /nsec1[02-9ac-hj-np-z]{58}(?!\w)/y),
  format(
    "jwk-private-key",
    "private key as JSON Web Key",
    ['"kty"'],
    /"kty"\s{0,4}:(?:(?!"kty")[^{}]){0,4000}?"d"\s{0,4}:\s{0,4}"[\w-]{40,}"/y,
  ),
  format("jwt", "JSON Web Token", ["eyJ"], /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}/y, {
    accepts: isSigned,
  }),
];

function pem(label: string): RegExp {
  return new RegExp(`-----BEGIN ${label}-----${BODY}${KEY}(?:-----END [A-Z0-9 ]{1,40}-----)?`, "y");
}

/** Base64url of `"sub":"1234567890`, the subject of the example that every introduction to JWT shows. */
const EXAMPLE_SUBJECT = "InN1YiI6IjEyMzQ1Njc4OTA";
const EXAMPLE_START = "eyJzdWIiOiIxMjM0NTY3ODkw";

/** Whether the first part names an algorithm and the token is not the one from the introductions. */
function isSigned(token: string): boolean {
  const [header = "", claims = ""] = token.split(".");
  if (claims.startsWith(EXAMPLE_START) || claims.includes(EXAMPLE_SUBJECT)) return false;
  try {
    return atob(header.replaceAll("-", "+").replaceAll("_", "/")).includes('"alg"');
  } catch {
    return false;
  }
}
