import type { JsonGeneralName } from "@peculiar/x509";
import { isHostName, isIpv4, isIpv6 } from "../core/address.ts";
import { UsageError } from "../core/errors.ts";
import { type IdentityNames, identityUris } from "../trust/identity_names.ts";
import { signerUri } from "../trust/signer_name.ts";

/** The most names that one certificate is made for. */
export const MOST_NAMES = 32;

/**
 * Reads host names and addresses as people write them; blank ones are passed over and what means the same is kept once. Throws
 * a UsageError for what is neither, `*` included: a certificate is for one host.
 */
export function readNames(texts: readonly string[]): string[] {
  const names = texts.map((text) => text.trim()).filter((text) => text !== "").map(readName);
  const found = [...new Set(names)];
  if (found.length > MOST_NAMES) {
    throw new UsageError(
      `Cannot use ${found.length} names: a certificate is made for ${MOST_NAMES} at the most.`,
    );
  }
  return found;
}

/** Whether the name stands for the machine itself on every machine, so that nobody owns it. */
export function isEverybodys(name: string): boolean {
  return name === "localhost" || name === "::1" || /^127\./.test(name);
}

/** The alternative names of a request or certificate: host names and addresses, who the holder is, what it signs with. */
export function alternativeNames(
  names: readonly string[],
  identity: IdentityNames,
  signer: string | undefined,
): JsonGeneralName[] {
  const uris = [...identityUris(identity), ...(signer === undefined ? [] : [signerUri(signer)])];
  return [
    ...names.map((value) => ({
      type: isIpv4(value) || isIpv6(value) ? "ip" as const : "dns" as const,
      value,
    })),
    ...uris.map((value) => ({ type: "url" as const, value })),
  ];
}

function readName(text: string): string {
  if (isIpv4(text)) return text;
  if (isIpv6(text)) return new URL(`http://[${text}]/`).hostname.slice(1, -1);
  if (isHostName(text)) return text.toLowerCase();
  throw new UsageError(`Cannot use the name "${text}": it is neither a host's name nor an address.`);
}
