import type { Backend, HostConfig, Mode, ProjectConfig } from "./config.ts";
import type { Environment } from "./environment.ts";
import { UsageError } from "./errors.ts";
import { isSlug, isTier, MESH, type Scope, type ScopeLabel, scopeLabel, type Tier } from "./scope.ts";

/** What environment, project and host together say (DESIGN §4: environment > project > host > default). */
export interface Settings {
  /** `python`: the host was set up for a mesh by Python's version and has no mode of ours (DESIGN §4). */
  readonly mode: Mode | "python";
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  readonly defaultVisibility: Tier;
  /** Every scope that this user reads: the mesh, the own user, the own teams. */
  readonly readable: readonly ScopeLabel[];
  /** The scopes that this host's part of the mesh carries: `storage_scopes`, else the mesh alone (compat data §3.6). */
  readonly declared: readonly ScopeLabel[];
  /** A project file's team that this host does not declare; saving for a team is refused then. */
  readonly undeclaredTeam: { readonly team: string; readonly file: string } | undefined;
}

/**
 * Brings the three sources together. `tracesOfPython` says that there are files that only a mesh of Python's version
 * leaves (a zenohd.json5, an index.db).
 */
export function resolveSettings(
  env: Environment,
  project: ProjectConfig | undefined,
  host: HostConfig,
  tracesOfPython: boolean,
): Settings {
  const userId = slugVariable(env, "USER_ID") ?? host.userId;
  const own = new Set<string>();
  const teamVariable = slugVariable(env, "TEAM_ID");
  for (const team of [teamVariable, host.teamId]) if (team !== undefined) own.add(team);
  for (const scope of host.storageScopes ?? []) if (scope.tier === "team") own.add(scope.id);
  const asked = teamVariable === undefined ? project?.teamId : undefined;
  const declared = asked === undefined || own.has(asked);
  const teamId = teamVariable ?? (declared ? asked : undefined) ?? host.teamId;
  const scopes: Scope[] = [MESH];
  if (userId !== undefined) scopes.push({ tier: "user", id: userId });
  for (const id of own) scopes.push({ tier: "team", id });
  return {
    mode: resolveMode(backendVariable(env), host, tracesOfPython),
    userId,
    teamId,
    defaultVisibility: tierVariable(env) ?? project?.defaultVisibility ?? host.defaultVisibility ?? "mesh",
    readable: scopes.map(scopeLabel),
    declared: (host.storageScopes ?? [MESH]).map(scopeLabel),
    undeclaredTeam: declared || project === undefined || asked === undefined
      ? undefined
      : { team: asked, file: project.path },
  };
}

/**
 * The scope of a new record: the tier asked for or, when none is, the default one, with the user or team that the
 * settings name. Throws a UsageError that says what to set when there is none.
 */
export function scopeFor(tier: Tier | undefined, settings: Settings): Scope {
  const chosen = tier ?? settings.defaultVisibility;
  if (chosen === "mesh") return MESH;
  if (chosen === "user") {
    if (settings.userId !== undefined) return { tier: "user", id: settings.userId };
    throw new UsageError(
      "Cannot save for the user alone: no user id is set. Set KIOKU_MESH_USER_ID, or user_id in config.yaml.",
    );
  }
  if (settings.undeclaredTeam !== undefined) {
    const { team, file } = settings.undeclaredTeam;
    throw new UsageError(
      `Cannot save for team ${team}: ${file} names it, but this host does not declare it. ` +
        `Run \`kioku-mesh scope add team/${team}\`, or set KIOKU_MESH_TEAM_ID.`,
    );
  }
  if (settings.teamId !== undefined) return { tier: "team", id: settings.teamId };
  throw new UsageError(
    "Cannot save for a team: no team id is set. Set KIOKU_MESH_TEAM_ID, or team_id in config.yaml.",
  );
}

function resolveMode(
  variable: Backend | undefined,
  host: HostConfig,
  tracesOfPython: boolean,
): Mode | "python" {
  const backend = variable ?? host.backend;
  if (variable === "local") return "local";
  if (host.mode !== undefined) return host.mode;
  if (backend === undefined) return tracesOfPython ? "python" : "local";
  return backend === "local" ? "local" : "python";
}

function slugVariable(env: Environment, name: "USER_ID" | "TEAM_ID"): string | undefined {
  const text = env.ours(name)?.trim();
  if (text === undefined || isSlug(text)) return text;
  throw new UsageError(
    `Cannot use KIOKU_MESH_${name}: "${text}" is not 1–64 letters, digits, dots, dashes or underscores.`,
  );
}

function tierVariable(env: Environment): Tier | undefined {
  const text = env.ours("DEFAULT_VISIBILITY")?.trim();
  if (text === undefined || isTier(text)) return text;
  throw new UsageError(`Cannot use KIOKU_MESH_DEFAULT_VISIBILITY: "${text}" is not mesh, user or team.`);
}

function backendVariable(env: Environment): Backend | undefined {
  const text = env.ours("BACKEND")?.trim();
  if (text === undefined || text === "local" || text === "zenoh") return text;
  throw new UsageError(`Cannot use KIOKU_MESH_BACKEND: "${text}" is not local or zenoh.`);
}
