import { join } from "node:path";
import { HOST_CONFIG_FILE } from "../../core/config.ts";
import { isFile } from "../../core/files.ts";
import { HOST_ID_FILE } from "../../core/host_id.ts";
import { DATABASE_FILE } from "../../core/paths.ts";
import { LEDGER_FILE } from "../../tls/ledger.ts";
import { tlsFiles } from "../../tls/files.ts";
import { IDENTITY_FILE } from "../../trust/identity_file.ts";

/** The database's name in a backup. */
export const DATABASE_PART = `state/${DATABASE_FILE}`;

/** The host id's name in a backup. */
export const HOST_ID_PART = `state/${HOST_ID_FILE}`;

/** A file of configuration that a backup can hold. */
export interface ConfigPart {
  /** Its name in a backup. */
  readonly name: string;
  readonly path: string;
  /** A private key: only taken when that is asked for. */
  readonly secret: boolean;
  /** It says which host this is, so no other host is given it. */
  readonly ofHost: boolean;
}

/**
 * What of the configuration belongs into a backup: config.yaml and the tls folder's certificates and keys, by names that are
 * known, so that a backup can put nothing else anywhere. A new key that waits for its certificate is not among them.
 */
export function configParts(configFolder: string, tlsFolder: string): ConfigPart[] {
  const { ca, caKey, certificate, key } = tlsFiles(tlsFolder);
  const inTls = (file: string, path: string, secret: boolean, ofHost: boolean) => ({
    name: `config/tls/${file}`,
    path,
    secret,
    ofHost,
  });
  return [
    {
      name: `config/${HOST_CONFIG_FILE}`,
      path: join(configFolder, HOST_CONFIG_FILE),
      secret: false,
      ofHost: false,
    },
    inTls("ca.crt", ca, false, false),
    inTls("ca.key", caKey, true, false),
    inTls(LEDGER_FILE, join(tlsFolder, LEDGER_FILE), false, false),
    inTls("peer.crt", certificate, false, true),
    inTls("peer.key", key, true, true),
    inTls(IDENTITY_FILE, join(tlsFolder, IDENTITY_FILE), false, true),
  ];
}

/** Those of them that are there and are taken. */
export function presentParts(parts: readonly ConfigPart[], withKeys: boolean): ConfigPart[] {
  return parts.filter(({ path, secret }) => (withKeys || !secret) && isFile(path));
}
