import { DAY, type Micros } from "../core/clock.ts";
import { Failure, UsageError } from "../core/errors.ts";
import { isSlug } from "../core/scope.ts";
import { formatTime } from "../core/time.ts";
import type { IdentityNames } from "../trust/identity_names.ts";
import { type Leaf, liveLeaves } from "./ledger.ts";
import { isEverybodys } from "./names.ts";
import type { SigningRequest } from "./request.ts";

/** What the signer makes of a request. */
export interface Terms {
  /** The user to grant in place of the one asked for; null for none; undefined: as asked. */
  readonly user: string | null | undefined;
  /** The teams to grant in place of those asked for; undefined: as asked. */
  readonly teams: readonly string[] | undefined;
  /** Grants no host id. */
  readonly denyHost: boolean;
  /** Host names and addresses that are not granted. */
  readonly denyNames: readonly string[];
  readonly lifetime: Micros;
  /** Ends the certificate with the authority instead of refusing one that would outlive it. */
  readonly shorten: boolean;
  /** Revokes the live certificates of the same host id that have another key. */
  readonly replace: boolean;
}

/** A request as it is asked for, for as long as the Python version signs (compat cli §5). */
export const AS_ASKED: Terms = {
  user: undefined,
  teams: undefined,
  denyHost: false,
  denyNames: [],
  lifetime: 825 * DAY,
  shorten: false,
  replace: false,
};

/** What a certificate would have in common with others of other keys and hosts. */
export interface Contested {
  /** Those with the same user: a user's second host, or somebody who would like to be that user. */
  readonly users: readonly Leaf[];
  /** Names and addresses of others: whoever has them can pass for that host. */
  readonly names: readonly { readonly name: string; readonly leaf: Leaf }[];
}

/** What will be signed. */
export interface Plan {
  readonly identity: IdentityNames;
  readonly names: readonly string[];
  readonly notAfter: Micros;
  /** What was asked for and is not granted. */
  readonly denied: readonly string[];
  /** What another live certificate has too; a person may still want it. */
  readonly contested: Contested;
  /** Certificates that are revoked with it. */
  readonly replaces: readonly Leaf[];
}

/**
 * Decides what a request gets. Throws a Failure for what nobody may want without saying so: a certificate that outlives its
 * authority (it ends at `authorityEnds`), the host id of another live one.
 */
export function planLeaf(
  request: SigningRequest,
  terms: Terms,
  authorityEnds: Micros,
  ledger: readonly Leaf[],
  now: Micros,
): Plan {
  for (const slug of [terms.user ?? [], terms.teams ?? []].flat()) {
    if (!isSlug(slug)) {
      throw new UsageError(
        `Cannot grant "${slug}": a user or team is 1–64 letters, digits, dots, dashes or underscores.`,
      );
    }
  }
  const asked = request.identity;
  const identity: IdentityNames = {
    host: terms.denyHost ? undefined : asked.host,
    user: terms.user === undefined ? asked.user : terms.user ?? undefined,
    teams: terms.teams === undefined ? asked.teams : [...new Set(terms.teams)].sort(),
  };
  const names = request.names.filter((name) => !terms.denyNames.includes(name));
  if (names.length === 0) {
    throw new UsageError("Cannot sign: no name would be left. Deny fewer with --deny-san.");
  }
  const others = liveLeaves(ledger, now).filter(({ key }) => key !== request.key);
  return {
    identity,
    names,
    notAfter: ends(terms, authorityEnds, now),
    denied: denied(request, identity, names),
    contested: contested(identity, names, others),
    replaces: sameHost(identity.host, others, terms.replace),
  };
}

function ends({ lifetime, shorten }: Terms, authorityEnds: Micros, now: Micros): Micros {
  const notAfter = now + lifetime;
  if (notAfter <= authorityEnds || shorten) return Math.min(notAfter, authorityEnds);
  throw new Failure(
    `Cannot sign: the certificate would outlive its authority, which ends on ${
      formatTime(authorityEnds).slice(0, 10)
    }. Give fewer --days, or add --shorten.`,
  );
}

function sameHost(host: string | undefined, others: readonly Leaf[], replace: boolean): readonly Leaf[] {
  const holders = host === undefined ? [] : others.filter((leaf) => leaf.host === host);
  const [holder] = holders;
  if (holder === undefined || replace) return holders;
  throw new Failure(
    `Cannot sign: the host id ${holder.host} belongs to ${holder.cn}, with another key. If that host has a new key, add ` +
      "--replace, which revokes the old certificate; if not, somebody takes its place.",
  );
}

function contested(identity: IdentityNames, names: readonly string[], others: readonly Leaf[]): Contested {
  const elsewhere = others.filter(({ host }) => identity.host === undefined || host !== identity.host);
  return {
    users: elsewhere.filter(({ user }) => user !== undefined && user === identity.user),
    names: names.filter((name) => !isEverybodys(name)).flatMap((name) => {
      const leaf = elsewhere.find((one) => one.names.includes(name));
      return leaf === undefined ? [] : [{ name, leaf }];
    }),
  };
}

function denied(request: SigningRequest, identity: IdentityNames, names: readonly string[]): string[] {
  const asked = request.identity;
  return [
    ...(asked.host !== undefined && asked.host !== identity.host ? [`host ${asked.host}`] : []),
    ...(asked.user !== undefined && asked.user !== identity.user ? [`user ${asked.user}`] : []),
    ...asked.teams.filter((team) => !identity.teams.includes(team)).map((team) => `team ${team}`),
    ...request.names.filter((name) => !names.includes(name)).map((name) => `name ${name}`),
    ...request.ignored,
  ];
}
