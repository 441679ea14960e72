import { writeWhole } from "../core/files.ts";
import type { Random } from "../core/random.ts";
import type { Surroundings } from "../memory/open.ts";
import { formatBlock, LABELS, readBundle } from "../tls/armour.ts";
import { makePrivateFolder, tlsFiles } from "../tls/files.ts";
import { checkBundle, type Checked, writeInstalled } from "../tls/install.ts";
import type { PrivateKey } from "../tls/private_key.ts";
import { requestKey } from "../tls/own_key.ts";
import type { Wanted } from "../tls/request.ts";
import { overSsh, type SshCall } from "../tls/ssh.ts";
import { requestWith } from "./own_request.ts";

/** How the authority's host is reached, and what it is called there. */
export interface EnrolCall extends Pick<SshCall, "host" | "port" | "options" | "signal"> {
  /** The program there. */
  readonly program: string;
  readonly days: number | undefined;
}

/** What the authority's host has answered, and what for; nothing of it has been looked at. */
export interface EnrolAnswer {
  readonly key: PrivateKey;
  /** The request, PEM. */
  readonly request: string;
  readonly answer: string;
}

/**
 * Asks the authority over ssh, in the words that the Python version knows too. A new key stays in memory, and nothing here
 * changes.
 */
export async function askAuthority(
  folder: string,
  wish: Omit<Wanted, "signer">,
  fresh: boolean,
  { program, days, ...call }: EnrolCall,
  random: Random,
): Promise<EnrolAnswer> {
  const { key } = await requestKey(folder, fresh, random);
  const request = await requestWith(wish, key);
  const command = `${program} tls sign${days === undefined ? "" : ` --days ${days}`}`;
  const answer = await overSsh({ ...call, command, input: formatBlock(LABELS.request, request) });
  return { key, request, answer };
}

/** Checks the answer and, when the certificate is as it should be, keeps key, request and certificate. */
export async function takeAnswer(
  { clock, random }: Surroundings,
  folder: string,
  { key, request, answer }: EnrolAnswer,
  replaceCa: boolean,
): Promise<Checked> {
  const checked = await checkBundle(folder, readBundle(answer), [key], replaceCa, clock());
  makePrivateFolder(folder);
  writeWhole(tlsFiles(folder).request, request, random);
  writeInstalled(folder, checked, random);
  return checked;
}
