import { DAY } from "../../../lib/core/clock.ts";
import type { Random } from "../../../lib/core/random.ts";
import {
  type Authority,
  DEFAULT_AUTHORITY,
  makeAuthority,
  newSerial,
  openAuthority,
} from "../../../lib/tls/authority.ts";
import { newPrivateKey, type PrivateKey } from "../../../lib/tls/private_key.ts";
import { makeRequest, readRequest, type Wanted } from "../../../lib/tls/request.ts";
import { type Signed, signRequest } from "../../../lib/tls/sign.ts";
import { AS_ASKED, type Terms } from "../../../lib/tls/terms.ts";
import { deriveSigningKey } from "../../../lib/trust/signing_key.ts";
import { NOBODY } from "../../../lib/trust/identity_names.ts";
import type { TestClock } from "../../support/clock.ts";

/** Two hosts' ids. */
export const HOST = "5b65ed0a6e46482dae27a85d316e3c0c";
export const OTHER_HOST = "0123456789abcdef0123456789abcdef";

/** What nearly every test asks for. */
export const WANTED: Wanted = {
  cn: "laptop",
  names: ["laptop", "192.0.2.7"],
  identity: { host: HOST, user: "alice", teams: ["acme"] },
  signer: undefined,
};

/** Nobody is to be asked. */
export const unasked = (): Promise<string> => Promise.reject(new Error("asked for a passphrase"));

/** Makes and opens an authority in a folder. */
export async function authorityIn(folder: string, clock: TestClock, random: Random): Promise<Authority> {
  await makeAuthority(folder, DEFAULT_AUTHORITY, false, clock, random);
  return await openAuthority(folder, unasked, clock());
}

/** A request, read, of a new key or of the one given. */
export async function requested(
  random: Random,
  wanted: Partial<Wanted> = {},
  key?: PrivateKey,
): Promise<{ request: Awaited<ReturnType<typeof readRequest>>; key: PrivateKey }> {
  const own = key ?? await newPrivateKey(random);
  const signer = deriveSigningKey(own.pem).publicKey;
  return {
    request: await readRequest(await makeRequest({ ...WANTED, signer, ...wanted }, own.keys)),
    key: own,
  };
}

/** An authority's host: signs what it is given. */
export interface Signer {
  readonly authority: Authority;
  sign(
    wanted?: Partial<Wanted>,
    terms?: Partial<Terms>,
    key?: PrivateKey,
  ): Promise<Signed & { key: PrivateKey }>;
}

/** Makes an authority that signs. */
export async function signerIn(folder: string, clock: TestClock, random: Random): Promise<Signer> {
  const authority = await authorityIn(folder, clock, random);
  return {
    authority,
    async sign(wanted, terms, key) {
      const { request, key: own } = await requested(random, wanted, key);
      const all = { ...AS_ASKED, lifetime: 90 * DAY, ...terms };
      return { ...await signRequest(folder, authority, request, all, newSerial(random), clock), key: own };
    },
  };
}

/** A host that has nothing granted. */
export const UNNAMED: Partial<Wanted> = { identity: NOBODY };
