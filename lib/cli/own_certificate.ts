import type { Surroundings } from "../memory/open.ts";
import { newSerial, openAuthority } from "../tls/authority.ts";
import { type Checked, installBundle } from "../tls/install.ts";
import { readRequest, type Wanted } from "../tls/request.ts";
import { signRequest } from "../tls/sign.ts";
import { AS_ASKED, type Terms } from "../tls/terms.ts";
import type { Output } from "./output.ts";
import { keepRequest } from "./own_request.ts";
import { passphraseOf } from "./passphrase.ts";

/**
 * Makes, signs and installs the certificate of the authority's own host. Nobody is asked: whoever runs this there may sign what
 * they want. With a new key (`fresh`) the old certificate is revoked.
 */
export async function signOwn(
  around: Surroundings,
  folder: string,
  wish: Omit<Wanted, "signer">,
  fresh: boolean,
  lasts: Pick<Terms, "lifetime" | "shorten">,
  output: Output,
): Promise<Checked> {
  const { clock, random } = around;
  const authority = await openAuthority(folder, passphraseOf(around, output), clock());
  const { pem } = await keepRequest(folder, wish, fresh, random);
  const terms = { ...AS_ASKED, ...lasts, replace: true };
  const { bundle } = await signRequest(
    folder,
    authority,
    await readRequest(pem),
    terms,
    newSerial(random),
    clock,
  );
  return await installBundle(folder, bundle, false, clock, random);
}
