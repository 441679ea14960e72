import { Failure } from "../core/errors.ts";
import { fromBase64Url } from "./base64url.ts";

/** How the name begins that says which key its holder signs records with; the public key follows, as base64url. */
const PREFIX = "urn:kioku-mesh:sign:";

/** The URI of a signing key in a certificate's alternative names; `publicKey` as `SigningKey` has it. */
export function signerUri(publicKey: string): string {
  return `${PREFIX}${publicKey}`;
}

/** The signing key among a certificate's URIs; undefined when there is none. Throws a Failure for several, or for no key. */
export function readSignerUri(uris: readonly string[]): string | undefined {
  const keys = new Set(uris.filter((uri) => uri.startsWith(PREFIX)).map((uri) => uri.slice(PREFIX.length)));
  const [key, other] = keys;
  if (other !== undefined) throw new Failure("Cannot use names that stand for several signing keys.");
  if (key !== undefined && fromBase64Url(key)?.length !== 32) {
    throw new Failure(`Cannot use the name ${JSON.stringify(PREFIX + key)}: it is no signing key.`);
  }
  return key;
}
