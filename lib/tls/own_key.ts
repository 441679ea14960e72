import { isFile, readTextIfAny } from "../core/files.ts";
import type { Random } from "../core/random.ts";
import { tlsFiles } from "./files.ts";
import { newPrivateKey, type PrivateKey, readPrivateKey } from "./private_key.ts";

/** The key that a request is made with. */
export interface RequestKey {
  readonly key: PrivateKey;
  /** Where it lies, or belongs once it is kept. */
  readonly path: string;
  /** Whether it was just made and lies nowhere yet. */
  readonly isNew: boolean;
}

/**
 * The key for a request: the one that waits for its certificate, else the one in use, else a new one. With `fresh` always a new
 * one, which waits beside the one in use: a live key is replaced only together with its certificate.
 */
export async function requestKey(folder: string, fresh: boolean, random: Random): Promise<RequestKey> {
  const { key, nextKey, certificate } = tlsFiles(folder);
  if (!fresh) {
    for (const path of [nextKey, key]) {
      const pem = readTextIfAny(path);
      if (pem !== undefined) return { key: await readPrivateKey(pem, path), path, isNew: false };
    }
  }
  const inUse = isFile(key) && isFile(certificate);
  return { key: await newPrivateKey(random), path: inUse ? nextKey : key, isNew: true };
}
