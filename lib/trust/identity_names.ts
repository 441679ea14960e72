import { Failure } from "../core/errors.ts";
import { isId } from "../core/ids.ts";
import { isSlug } from "../core/scope.ts";

/** Who a certificate, or a request for one, says that its holder is. */
export interface IdentityNames {
  /** The host's id (pc_id); undefined when it names none. */
  readonly host: string | undefined;
  /** Undefined when it names none. */
  readonly user: string | undefined;
  /** Sorted, each once. */
  readonly teams: readonly string[];
}

/** What a certificate of the Python version says: a name and addresses, but nobody. */
export const NOBODY: IdentityNames = { host: undefined, user: undefined, teams: [] };

/** How the names begin that stand for an identity of ours; the kind and the id follow. */
const PREFIX = "urn:kioku-mesh:";

/** The URIs that stand for an identity in a certificate's alternative names. */
export function identityUris({ host, user, teams }: IdentityNames): string[] {
  return [
    ...(host === undefined ? [] : [`${PREFIX}host:${host}`]),
    ...(user === undefined ? [] : [`${PREFIX}user:${user}`]),
    ...sorted(teams).map((team) => `${PREFIX}team:${team}`),
  ];
}

/**
 * Reads the identity from a certificate's URIs. URIs of others, and kinds that this version does not know, say nothing.
 * Throws a Failure for names of ours that cannot be used: two hosts or users, a malformed id.
 */
export function readIdentityUris(uris: readonly string[]): IdentityNames {
  const found: Readonly<Record<string, string[]>> = { host: [], user: [], team: [] };
  for (const uri of uris) {
    if (!uri.startsWith(PREFIX)) continue;
    const [kind = "", ...rest] = uri.slice(PREFIX.length).split(":");
    const ids = Object.hasOwn(found, kind) ? found[kind] : undefined;
    if (ids === undefined) continue;
    const id = rest.join(":");
    if (!(kind === "host" ? isId(id) : isSlug(id))) {
      throw new Failure(`Cannot use the name ${JSON.stringify(uri)}: it is no ${kind} id.`);
    }
    ids.push(id);
  }
  return { host: single("host", found.host), user: single("user", found.user), teams: sorted(found.team) };
}

function single(kind: string, ids: readonly string[] = []): string | undefined {
  const [first, second] = sorted(ids);
  if (second !== undefined) {
    throw new Failure(`Cannot use names that stand for several ${kind}s: ${first} and ${second}.`);
  }
  return first;
}

function sorted(ids: readonly string[] = []): string[] {
  return [...new Set(ids)].sort();
}
