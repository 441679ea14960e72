import { join } from "node:path";
import { isFile } from "../core/files.ts";

/** The names of the files that a router is given (compat cli §3.1). */
export const TLS_FILES = { ca: "ca.crt", certificate: "peer.crt", key: "peer.key" } as const;

/** The files of a tls folder (compat cli §5), and the key that waits for its certificate. */
export interface TlsFiles {
  readonly folder: string;
  /** The authority's key; on its host alone. */
  readonly caKey: string;
  /** The authority that this host trusts. */
  readonly ca: string;
  readonly key: string;
  /** A new key while the old one still serves. */
  readonly nextKey: string;
  readonly request: string;
  readonly certificate: string;
}

/** The paths of the files in a tls folder. */
export function tlsFiles(folder: string): TlsFiles {
  return {
    folder,
    caKey: join(folder, "ca.key"),
    ca: join(folder, TLS_FILES.ca),
    key: join(folder, TLS_FILES.key),
    nextKey: join(folder, "peer.next.key"),
    request: join(folder, "peer.csr"),
    certificate: join(folder, TLS_FILES.certificate),
  };
}

/** Whether the authority's key is on this host. */
export function holdsAuthority(folder: string): boolean {
  return isFile(tlsFiles(folder).caKey);
}

/** Makes the folder, or makes the one that is there its owner's alone: the Python version left it open to look into. */
export function makePrivateFolder(folder: string): void {
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (Deno.build.os !== "windows") Deno.chmodSync(folder, 0o700);
}
