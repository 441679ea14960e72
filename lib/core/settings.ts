import type { Backend, HostConfig, Mode, ProjectConfig, SignaturePolicy } from "./config.ts";
import type { Environment } from "./environment.ts";
import { UsageError } from "./errors.ts";
import { isSlug, isTier, MESH, type Scope, type ScopeLabel, scopeLabel, type Tier } from "./scope.ts";

/** What certificate, environment, project and host together say, the first that says it (DESIGN §4). */
export interface Settings {
  /** `python`: the host was set up for a mesh by Python's version and has no mode of ours (DESIGN §4). */
  readonly mode: Mode | "python";
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  readonly defaultVisibility: Tier;
  /** Every scope that this user reads: the mesh, the own user, the own teams. */
  readonly readable: readonly ScopeLabel[];
  /** The scopes that this host's part of the mesh carries (`declaredScopes`). */
  readonly declared: readonly ScopeLabel[];
  /**
   * What environment or configuration names, but this host's certificate does not: its user or teams are others, and the
   * certificate decides. Neither read, nor saved to, nor exchanged.
   */
  readonly uncertified: readonly ScopeLabel[];
  /** What becomes of records that no signature proves. */
  readonly signatures: SignaturePolicy;
  /** Whether sessions show themselves to the whole mesh, not only to their user and teams. */
  readonly presenceInMesh: boolean;
  /** A project file's team that this host does not declare; saving for a team is refused then. */
  readonly undeclaredTeam: { readonly team: string; readonly file: string } | undefined;
}

/** Whom this host's certificate stands for. What it does not name it does not decide. */
export interface Certified {
  readonly user: string | undefined;
  readonly teams: readonly string[];
}

/**
 * The scopes that a host's part of the mesh carries: what `storage_scopes` lists, else the mesh and what its certificate
 * names. A hub carries what others may have; any other host only what its certificate lets it.
 */
export function declaredScopes(host: HostConfig, certified: Certified | undefined): readonly Scope[] {
  if (host.storageScopes === undefined) return [MESH, ...certifiedScopes(certified)];
  if (host.mode === "hub") return host.storageScopes;
  return host.storageScopes.filter((scope) => isCertified(scope, certified));
}

/** What files say besides configuration. */
export interface Traces {
  /** There are files that only a mesh of Python's version leaves (a zenohd.json5, an index.db). */
  readonly tracesOfPython: boolean;
  /** What this host's certificate says, if it has one. */
  readonly certified?: Certified | undefined;
  /** An authority is installed, by which signatures can be checked. */
  readonly hasAuthority?: boolean;
}

/** Brings the sources together. */
export function resolveSettings(
  env: Environment,
  project: ProjectConfig | undefined,
  host: HostConfig,
  { tracesOfPython, certified, hasAuthority = false }: Traces,
): Settings {
  const userNamed = slugVariable(env, "USER_ID") ?? host.userId;
  const teamVariable = slugVariable(env, "TEAM_ID");
  const named: Scope[] = [
    ...(userNamed === undefined ? [] : [{ tier: "user", id: userNamed } as const]),
    ...[teamVariable, host.teamId].flatMap((id) => id === undefined ? [] : [{ tier: "team", id } as const]),
  ];
  // What a hub carries is not only its own.
  const declaredHere = (host.storageScopes ?? []).filter((scope) =>
    host.mode !== "hub" || isCertified(scope, certified)
  );
  const uncertified = [...named, ...declaredHere].filter((scope) => !isCertified(scope, certified));
  const userId = certified?.user ?? userNamed;
  const own = new Set(certified?.teams);
  for (const scope of [...named, ...declaredHere]) {
    if (scope.tier === "team" && isCertified(scope, certified)) own.add(scope.id);
  }
  const asked = teamVariable === undefined ? project?.teamId : undefined;
  const declared = asked === undefined || own.has(asked);
  const mine = (team: string | undefined) => team !== undefined && own.has(team) ? team : undefined;
  const [only, second] = certified?.teams ?? [];
  const teamId = mine(teamVariable) ?? mine(asked) ?? mine(host.teamId) ??
    (second === undefined ? only : undefined);
  const scopes: Scope[] = [MESH];
  if (userId !== undefined) scopes.push({ tier: "user", id: userId });
  for (const id of own) scopes.push({ tier: "team", id });
  return {
    mode: resolveMode(backendVariable(env), host, tracesOfPython),
    userId,
    teamId,
    defaultVisibility: tierVariable(env) ?? project?.defaultVisibility ?? host.defaultVisibility ?? "mesh",
    readable: scopes.map(scopeLabel),
    declared: declaredScopes(host, certified).map(scopeLabel),
    signatures: host.signatures ?? (hasAuthority ? "mark" : "accept"),
    presenceInMesh: env.ours("MESSAGING_PRESENCE_MESH")?.trim() === "1" || host.messaging.presenceInMesh,
    uncertified: [...new Set(uncertified.map(scopeLabel))],
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
  const other = settings.uncertified.find((label) => label.startsWith("team/"));
  if (other !== undefined) {
    throw new UsageError(
      `Cannot save for ${other}: this host's certificate is not for that team. Ask for one that is (kioku-mesh tls request).`,
    );
  }
  throw new UsageError(
    "Cannot save for a team: no team id is set. Set KIOKU_MESH_TEAM_ID, or team_id in config.yaml.",
  );
}

function certifiedScopes(certified: Certified | undefined): Scope[] {
  if (certified === undefined) return [];
  const user: Scope[] = certified.user === undefined ? [] : [{ tier: "user", id: certified.user }];
  return [...user, ...certified.teams.map((id): Scope => ({ tier: "team", id }))];
}

function isCertified({ tier, id }: Scope, certified: Certified | undefined): boolean {
  if (tier === "mesh" || certified === undefined) return true;
  if (tier === "user") return certified.user === undefined || certified.user === id;
  return certified.teams.length === 0 || certified.teams.includes(id);
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
