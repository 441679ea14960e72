import { join } from "node:path";
import { loadConfiguration } from "../core/configuration.ts";
import { isFolder } from "../core/files.ts";
import { hostId } from "../core/host_id.ts";
import { findFolders } from "../core/paths.ts";
import { parseScopeLabel } from "../core/scope.ts";
import { resolveSettings } from "../core/settings.ts";
import { makeStateFolder, type Surroundings } from "../memory/open.ts";
import type { IdentityNames } from "../trust/identity_names.ts";

/** The tls folder of this host: the one that config.yaml names, else the one beside it. */
export async function tlsFolder(around: Surroundings): Promise<string> {
  const { config } = findFolders(around.env, around.platform, isFolder);
  const { host } = await loadConfiguration(config, config);
  return host.tls ?? join(config, "tls");
}

/** Who this host is by its configuration and environment: what it asks a certificate for. */
export async function configuredIdentity(around: Surroundings): Promise<IdentityNames> {
  const { config, state } = findFolders(around.env, around.platform, isFolder);
  const { host } = await loadConfiguration(config, config);
  const { userId, readable } = resolveSettings(around.env, undefined, host, { tracesOfPython: false });
  const scopes = readable.flatMap((label) => parseScopeLabel(label) ?? []);
  makeStateFolder(state);
  return {
    host: hostId(state, around.random),
    user: userId,
    teams: scopes.filter(({ tier }) => tier === "team").map(({ id }) => id).sort(),
  };
}
