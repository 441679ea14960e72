import { fromBase64 } from "./base64url.ts";

/** The bytes in the first PEM block of that label; undefined when there is none or it is no base64. */
export function fromPem(text: string, label: string): Uint8Array<ArrayBuffer> | undefined {
  return pemBlocks(text, label)[0];
}

/** The bytes in every PEM block of that label; blocks that are no base64 are left out. */
export function pemBlocks(text: string, label: string): Uint8Array<ArrayBuffer>[] {
  const block = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`, "g");
  return [...text.matchAll(block)].flatMap(([, body = ""]) => {
    try {
      return [fromBase64(body.replaceAll(/\s/g, ""))];
    } catch {
      return [];
    }
  });
}

/** A PEM block in its one canonical form: 64 columns, line feeds, one at the end. */
export function toPem(bytes: Uint8Array, label: string): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3072) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + 3072)));
  }
  const lines = text.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
