import type { Command as Declaration } from "commander";
import { UsageError } from "../core/errors.ts";
import { isSlug } from "../core/scope.ts";
import type { Surroundings } from "../memory/open.ts";
import { readNames } from "../tls/names.ts";
import type { Wanted } from "../tls/request.ts";
import type { IdentityNames } from "../trust/identity_names.ts";
import type { Options } from "./options.ts";
import { repeated } from "./repeated.ts";
import { configuredIdentity } from "./tls_place.ts";

/** What is asked for where nothing is said: this host's name, or what its certificate has. */
export type Usual = Pick<Wanted, "names"> & { readonly identity: IdentityNames | undefined };

/** Declares the options that say what to ask for. */
export function declareWish(declaration: Declaration): Declaration {
  return declaration
    .option(
      "--san <name>",
      "a host name or address that others reach this host by; may be repeated",
      repeated,
    )
    .option("--cn <name>", "what the host is called (default: the first name)")
    .option("--user <user>", "the user that this host stands for (default: user_id of config.yaml)")
    .option("--no-user", "ask for no user")
    .option("--team <team>", "a team to ask for (default: those of config.yaml); may be repeated", repeated)
    .option("--no-teams", "ask for no team");
}

/** Reads them. The host's id is always this host's own: whoever signs decides whether it is granted. */
export async function readWish(
  around: Surroundings,
  options: Options,
  usual: Usual | undefined,
): Promise<Omit<Wanted, "signer">> {
  const given = readNames(options.texts("san"));
  const names = given.length > 0 ? given : usual?.names ?? readNames([around.login.host]);
  const [first = ""] = names;
  const configured = await configuredIdentity(around);
  // A certificate of the Python version's says nothing about who it is for.
  const { user, teams } = usual?.identity?.host === undefined ? configured : usual.identity;
  const asked: IdentityNames = {
    host: configured.host,
    user: options.off("user") ? undefined : options.filled("user") ?? user,
    teams: options.off("teams") ? [] : options.texts("team").length > 0 ? options.texts("team") : teams,
  };
  for (const slug of [asked.user ?? [], asked.teams].flat()) {
    if (!isSlug(slug)) {
      throw new UsageError(
        `Cannot ask for "${slug}": a user or team is 1–64 letters, digits, dots, dashes or underscores.`,
      );
    }
  }
  return { cn: options.filled("cn") ?? first.slice(0, 64), names, identity: asked };
}
