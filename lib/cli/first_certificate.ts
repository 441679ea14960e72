import { Failure } from "../core/errors.ts";
import { isFile, readTextIfAny } from "../core/files.ts";
import type { Random } from "../core/random.ts";
import type { Surroundings } from "../memory/open.ts";
import type { Endpoint } from "../mesh/endpoint.ts";
import { readBundle } from "../tls/armour.ts";
import { DEFAULT_AUTHORITY, makeAuthority } from "../tls/authority.ts";
import { holdsAuthority, tlsFiles } from "../tls/files.ts";
import { inspectCertificate } from "../tls/inspect.ts";
import { type Checked, installBundle } from "../tls/install.ts";
import { readNames } from "../tls/names.ts";
import { AS_ASKED } from "../tls/terms.ts";
import { grantedIdentity } from "../trust/granted.ts";
import { readIdentityFile, writeIdentityFile } from "../trust/identity_file.ts";
import { accessOf } from "./access.ts";
import { identityPhrase, listed } from "./certificate_lines.ts";
import { readWish } from "./certificate_wish.ts";
import { readSsh } from "./commands/tls_enroll.ts";
import { askAuthority, takeAnswer } from "./enrol.ts";
import { tellInstalled } from "./install_lines.ts";
import { keepOnly } from "./lockdown.ts";
import type { MeshSetup } from "./mesh_setup.ts";
import type { Options } from "./options.ts";
import type { Output } from "./output.ts";
import { signOwn } from "./own_certificate.ts";
import { keepRequest } from "./own_request.ts";
import { readPaste } from "./paste.ts";
import { configuredIdentity } from "./tls_place.ts";

/**
 * Sees that a host that is being set up has its certificate: the one that is there; else on a hub that has nothing yet, or has the
 * authority, one that it signs itself; else one that is asked for, over ssh or by two pastes.
 */
export async function firstCertificate(
  around: Surroundings,
  { mode, tls: folder, listen }: MeshSetup,
  options: Options,
  output: Output,
): Promise<void> {
  if (folder === undefined) return;
  const files = tlsFiles(folder);
  const now = around.clock();
  if ([files.ca, files.certificate, files.key].every(isFile)) {
    noteIdentity(folder, around.random);
    return await requireUsable(folder, now);
  }
  if (mode === "hub" && ![files.caKey, files.ca, files.key].some(isFile)) {
    await makeAuthority(folder, DEFAULT_AUTHORITY, false, around.clock, around.random);
    output.note(
      `new authority: ${files.caKey}; it signs the other hosts' certificates (kioku-mesh tls sign).`,
    );
  }
  const checked = await obtain(around, folder, listen, options, output);
  tellInstalled(files.certificate, checked, await configuredIdentity(around), now, output);
}

async function obtain(
  around: Surroundings,
  folder: string,
  listen: readonly Endpoint[],
  options: Options,
  output: Output,
): Promise<Checked> {
  const given = options.texts("san");
  const names = readNames([...reachable(listen), ...(given.length > 0 ? given : [around.login.host])]);
  const wish = { ...await readWish(around, options, { names, identity: undefined }), names };
  const { clock, random } = around;
  if (holdsAuthority(folder)) return await signOwn(around, folder, wish, false, AS_ASKED, output);
  const authority = options.filled("enroll");
  if (authority !== undefined) {
    const answer = await askAuthority(folder, wish, false, readSsh(authority, options), random);
    if (!options.has("peer")) keepOnly(accessOf("setup").keeps);
    return await takeAnswer(around, folder, answer, false);
  }
  const { block } = await keepRequest(folder, wish, false, random);
  output.note(
    `This host needs a certificate. It asks for: ${listed(wish.names)}; ${identityPhrase(wish.identity)}`,
  );
  output.note("Paste this block into `kioku-mesh tls sign` on the authority's host:");
  if (options.has("json")) output.note(block.trimEnd());
  else output.line(block.trimEnd());
  const text = readPaste(undefined, "Then paste the block that it answers here:", output);
  if (text.trim() === "") {
    throw new Failure(
      "Cannot set up: no certificate was pasted. The request is kept: run the same command again, or install the certificate " +
        "with `kioku-mesh tls install` first.",
    );
  }
  return await installBundle(folder, readBundle(text), false, clock, random);
}

/** The names and addresses that others can connect to. */
function reachable(listen: readonly Endpoint[]): string[] {
  return listen.filter(({ protocol, host }) => protocol !== "tcp" && host !== "0.0.0.0" && host !== "::")
    // Without the zone of a link-local address.
    .map(({ host }) => host.split("%")[0] ?? host);
}

// What the certificate says, where another program has put it there.
function noteIdentity(folder: string, random: Random): void {
  const pem = readTextIfAny(tlsFiles(folder).certificate);
  const granted = pem === undefined ? undefined : grantedIdentity(pem);
  if (granted === undefined || readIdentityFile(folder)?.fingerprint === granted.fingerprint) return;
  writeIdentityFile(folder, granted, random);
}

async function requireUsable(folder: string, now: number): Promise<void> {
  const [problem] = (await inspectCertificate(folder, now))?.problems ?? [];
  if (problem === undefined) return;
  throw new Failure(
    `Cannot use the certificate in ${folder}: ${problem}. \`kioku-mesh tls info\` shows it; \`tls renew\` or \`tls request\` ` +
      "and `tls install` replace it.",
  );
}
