import type { Command as Declaration } from "commander";
import { DAY, HOUR } from "../core/clock.ts";
import { UsageError } from "../core/errors.ts";
import { readNames } from "../tls/names.ts";
import { AS_ASKED, type Terms } from "../tls/terms.ts";
import { MOST_DAYS } from "./commands/tls_init_ca.ts";
import type { Options } from "./options.ts";
import { repeated } from "./repeated.ts";

/** Declares how long a certificate lasts. */
export function declareLifetime(declaration: Declaration): Declaration {
  return declaration
    .option("--days <days>", `how long the certificate lasts (default: ${AS_ASKED.lifetime / DAY})`)
    .option("--hours <hours>", "the same in hours, for hosts that do not stay")
    .option("--shorten", "end it with the authority, instead of refusing one that would outlive it");
}

/** Declares what a signer may decide. */
export function declareTerms(declaration: Declaration): Declaration {
  return declareLifetime(declaration)
    .option("--user <user>", "grant this user, whoever was asked for")
    .option("--team <team>", "grant this team and no other that was asked for; may be repeated", repeated)
    .option("--deny-user", "grant no user")
    .option("--deny-teams", "grant no team")
    .option("--deny-host", "grant no host id")
    .option("--deny-san <name>", "leave out a name or address; may be repeated", repeated)
    .option("--replace", "the host has a new key: revoke its certificates with the old one");
}

/** Reads how long a certificate is to last, in microseconds. */
export function readLifetime(options: Options): Pick<Terms, "lifetime" | "shorten"> {
  const days = options.integer("days", 1, MOST_DAYS);
  const hours = options.integer("hours", 1, MOST_DAYS * 24);
  if (days !== undefined && hours !== undefined) {
    throw new UsageError("Cannot use --days and --hours together. Leave one out.");
  }
  const lifetime = days !== undefined ? days * DAY : hours !== undefined ? hours * HOUR : AS_ASKED.lifetime;
  return { lifetime, shorten: options.has("shorten") };
}

/** Reads what the signer has decided. */
export function readTerms(options: Options): Terms {
  const user = options.filled("user");
  const teams = options.texts("team");
  if (options.has("denyUser") && user !== undefined) throw both("user", "deny-user");
  if (options.has("denyTeams") && teams.length > 0) throw both("team", "deny-teams");
  return {
    ...readLifetime(options),
    user: options.has("denyUser") ? null : user,
    teams: options.has("denyTeams") ? [] : teams.length > 0 ? teams : undefined,
    denyHost: options.has("denyHost"),
    denyNames: readNames(options.texts("denySan")),
    replace: options.has("replace"),
  };
}

function both(one: string, other: string): UsageError {
  return new UsageError(`Cannot use --${one} and --${other} together. Leave one out.`);
}
