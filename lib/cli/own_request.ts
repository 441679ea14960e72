import { Failure, messageOf } from "../core/errors.ts";
import { readTextIfAny, writeWhole } from "../core/files.ts";
import type { Random } from "../core/random.ts";
import { formatBlock, LABELS } from "../tls/armour.ts";
import { makePrivateFolder, tlsFiles } from "../tls/files.ts";
import { certificateNames } from "../tls/inspect.ts";
import { requestKey } from "../tls/own_key.ts";
import type { PrivateKey } from "../tls/private_key.ts";
import { makeRequest, type Wanted } from "../tls/request.ts";
import { grantedIdentity } from "../trust/granted.ts";
import { deriveSigningKey } from "../trust/signing_key.ts";
import type { Usual } from "./certificate_wish.ts";

/** A request of this host that was made and kept. */
export interface OwnRequest {
  readonly key: PrivateKey;
  /** Where the key lies, and whether it was just made. */
  readonly keyPath: string;
  readonly isNew: boolean;
  readonly path: string;
  readonly pem: string;
  /** The request as it is pasted. */
  readonly block: string;
}

/**
 * Makes this host's request, with its key or, when it has none or is told, with a new one, and keeps both. A key in use is
 * not replaced: a new one waits beside it.
 */
export async function keepRequest(
  folder: string,
  wish: Omit<Wanted, "signer">,
  fresh: boolean,
  random: Random,
): Promise<OwnRequest> {
  const { key, path: keyPath, isNew } = await requestKey(folder, fresh, random);
  const pem = await requestWith(wish, key);
  const { request: path } = tlsFiles(folder);
  makePrivateFolder(folder);
  if (isNew) writeWhole(keyPath, key.pem, random);
  writeWhole(path, pem, random);
  return { key, keyPath, isNew, path, pem, block: formatBlock(LABELS.request, pem) };
}

/** A request, PEM, with a key; records are signed with the one derived from it. */
export async function requestWith(wish: Omit<Wanted, "signer">, key: PrivateKey): Promise<string> {
  return await makeRequest({ ...wish, signer: deriveSigningKey(key.pem).publicKey }, key.keys);
}

/** What this host's certificate says, to ask for the same again; undefined when it has none. */
export function certificateWish(folder: string): Usual | undefined {
  const { certificate } = tlsFiles(folder);
  const pem = readTextIfAny(certificate);
  if (pem === undefined) return undefined;
  try {
    return { names: certificateNames(pem), identity: grantedIdentity(pem) };
  } catch (error) {
    throw new Failure(`Cannot use ${certificate}: ${messageOf(error)}`);
  }
}
