import { join } from "node:path";
import { KiokuError } from "../core/errors.ts";
import { readTextIfAny } from "../core/files.ts";
import { readIdentityFile } from "./identity_file.ts";
import { certificateId, type Signer } from "./signature.ts";
import { deriveSigningKey } from "./signing_key.ts";

/** The key's file in the tls folder (compat cli §5). */
const KEY_FILE = "peer.key";

/** Who signs on this host, or what to tell the user when it should and cannot. */
export interface FoundSigner {
  readonly signer: Signer | undefined;
  readonly notice: string | undefined;
}

const NOBODY: FoundSigner = { signer: undefined, notice: undefined };

/**
 * Makes a signer of this host's key and of what its certificate says (the files in the tls folder). A host without certificate, or with one that names no
 * host or no signing key (the Python version's), does not sign. `host` is this host's id.
 */
export function openSigner(tlsFolder: string, host: string): FoundSigner {
  try {
    const identity = readIdentityFile(tlsFolder);
    if (identity?.host === undefined || identity.signer === undefined) return NOBODY;
    if (identity.host !== host) return cannot(`its certificate is for the host ${identity.host}`);
    const pem = readTextIfAny(join(tlsFolder, KEY_FILE));
    if (pem === undefined) return cannot(`${join(tlsFolder, KEY_FILE)} is missing`);
    const key = deriveSigningKey(pem);
    if (key.publicKey !== identity.signer) return cannot(`${KEY_FILE} is not the certificate's key`);
    const { user, teams, fingerprint } = identity;
    const signer = { certificate: certificateId(fingerprint), host, user, teams, sign: key.sign };
    return { signer, notice: undefined };
  } catch (error) {
    if (!(error instanceof KiokuError)) throw error;
    return cannot(error.message.replace(/\.$/, ""));
  }
}

function cannot(why: string): FoundSigner {
  return {
    signer: undefined,
    notice: `What is saved here is not signed: ${why}. \`kioku-mesh tls info\` shows the certificate.`,
  };
}
