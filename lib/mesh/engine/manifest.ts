import { sha256 } from "../../core/digest.ts";
import { hex } from "../../core/random.ts";

/** The SHA-256 of every file of an engine, in lower-case hexadecimal, by file name. */
export type Manifest = ReadonlyMap<string, string>;

/** The name of the manifest beside the files; the form is that of the `sha256sum` program. */
export const MANIFEST_FILE = "SHA256SUMS";

/** Reads a manifest; undefined for a text that is none. File names have no folders. */
export function parseManifest(text: string): Manifest | undefined {
  const files = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const [, digest, name] = /^([0-9a-fA-F]{64})[ \t]+\*?(?:\.\/)?([A-Za-z0-9_.-]+)$/.exec(line) ?? [];
    if (digest === undefined || name === undefined || name.startsWith(".")) return undefined;
    files.set(name, digest.toLowerCase());
  }
  return files.size === 0 ? undefined : files;
}

/** Writes a manifest, always the same way for the same files. */
export function formatManifest(manifest: Manifest): string {
  const lines = [...manifest].map(([name, digest]) => `${digest}  ${name}\n`);
  return lines.sort().join("");
}

/** Names an engine by all that is in it. */
export function engineDigest(manifest: Manifest): string {
  return sha256(formatManifest(manifest));
}

/** SHA-256 of the bytes, as the manifest has it. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
