import { join } from "node:path";
import type { Micros } from "../core/clock.ts";
import { Failure } from "../core/errors.ts";
import { readTextIfAny, writeWhole } from "../core/files.ts";
import { isObject, isTextList } from "../core/json.ts";
import type { Random } from "../core/random.ts";
import { isSlug } from "../core/scope.ts";
import { formatTime, parseTime } from "../core/time.ts";
import type { SigningRequest } from "./request.ts";
import type { Plan, Terms } from "./terms.ts";

/** What the authority's host signs without asking anybody, and until when: for `tls enroll` over ssh. */
export interface Enrolment {
  readonly until: Micros;
  /** The users and teams that may be granted; everything else that is asked for is left out. */
  readonly users: readonly string[];
  readonly teams: readonly string[];
}

const ENROLMENT_FILE = "enroll.json";

/** Lets hosts enrol. */
export function allowEnrolment(tlsFolder: string, { until, users, teams }: Enrolment, random: Random): void {
  const text = JSON.stringify({ v: 1, until: formatTime(until), users, teams });
  writeWhole(join(tlsFolder, ENROLMENT_FILE), `${text}\n`, random);
}

/** Ends that. Gives whether there was something to end. */
export function endEnrolment(tlsFolder: string): boolean {
  try {
    Deno.removeSync(join(tlsFolder, ENROLMENT_FILE));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What may be signed unasked now; undefined when nothing may. Throws a Failure for a file that says something else. */
export function openEnrolment(tlsFolder: string, now: Micros): Enrolment | undefined {
  const path = join(tlsFolder, ENROLMENT_FILE);
  const text = readTextIfAny(path);
  if (text === undefined) return undefined;
  const found = parse(text);
  if (found === undefined) {
    throw new Failure(
      `Cannot read ${path}. Remove it, and allow again what is to be signed (kioku-mesh tls allow-enroll).`,
    );
  }
  return found.until > now ? found : undefined;
}

/** The terms on which a request is signed unasked: no user and no team but those that were allowed. */
export function enrolmentTerms(
  { users, teams }: Enrolment,
  { identity }: SigningRequest,
  terms: Terms,
): Terms {
  const user = terms.user === undefined ? identity.user : terms.user ?? undefined;
  return {
    ...terms,
    user: user !== undefined && users.includes(user) ? user : null,
    teams: (terms.teams ?? identity.teams).filter((team) => teams.includes(team)),
    replace: false,
  };
}

/**
 * Throws a Failure when a plan takes something of another certificate's that nobody has allowed. `allowed`: the users that
 * the signer has named.
 */
export function requireUncontested({ identity, contested }: Plan, allowed: readonly string[]): void {
  const taken = [
    ...(contested.users.length > 0 && identity.user !== undefined && !allowed.includes(identity.user)
      ? [`user ${identity.user} is also granted to ${contested.users.map(({ cn }) => cn).join(", ")}`]
      : []),
    ...contested.names.map(({ name, leaf }) => `${name} is a name of ${leaf.cn}`),
  ];
  const [first] = taken;
  if (first === undefined) return;
  throw new Failure(
    `Cannot sign unasked: ${first}. Sign it on a terminal of this host, or name what is meant (--user, --deny-san).`,
  );
}

function parse(text: string): Enrolment | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.v !== 1 || typeof value.until !== "string") return undefined;
  const until = parseTime(value.until);
  const { users, teams } = value;
  if (until === undefined || !isTextList(users) || !isTextList(teams)) return undefined;
  return users.every(isSlug) && teams.every(isSlug) ? { until, users, teams } : undefined;
}
