import { UsageError } from "./errors.ts";
import { isObject } from "./json.ts";
import { isSlug, isTier, parseScopeLabel, type Scope, type Tier } from "./scope.ts";

/** The name of the host's configuration in the config folder, and of a project's in its folder. */
export const HOST_CONFIG_FILE = "config.yaml";
export const PROJECT_CONFIG_FILE = ".kioku-mesh.yaml";

/** What `backend:` says: `zenoh` is how a host that Python's version put into a mesh calls it. */
export type Backend = "local" | "zenoh";

/** How a host takes part: alone, as the mesh's centre, or as one of those that connect to it. */
export const MODES = ["local", "hub", "spoke"] as const;

/** One of the modes. */
export type Mode = typeof MODES[number];

/** The host's config.yaml (compat data §3.6). */
export interface HostConfig {
  /** Ours; Python's version does not know it. */
  readonly mode: Mode | undefined;
  readonly backend: Backend | undefined;
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  readonly defaultVisibility: Tier | undefined;
  /** `storage_scopes`: the scopes this host declares; undefined when it says nothing. */
  readonly storageScopes: readonly Scope[] | undefined;
}

/** A project's .kioku-mesh.yaml: of a repository's file nothing else is honoured (DESIGN §4). */
export interface ProjectConfig {
  readonly path: string;
  readonly teamId: string | undefined;
  readonly defaultVisibility: Tier | undefined;
}

/** A host that has no config.yaml. */
export const NO_HOST_CONFIG: HostConfig = {
  mode: undefined,
  backend: undefined,
  userId: undefined,
  teamId: undefined,
  defaultVisibility: undefined,
  storageScopes: undefined,
};

/** Reads the host's configuration from parsed YAML; `path` is named in errors. */
export function readHostConfig(document: unknown, path: string): HostConfig {
  const file = new ConfigFile(document, path);
  return {
    mode: file.choice("mode", MODES),
    backend: file.choice("backend", ["local", "zenoh"]),
    userId: file.slug("user_id"),
    teamId: file.slug("team_id"),
    defaultVisibility: file.tier("default_visibility"),
    storageScopes: file.scopes("storage_scopes"),
  };
}

/** Reads a project's configuration from parsed YAML. */
export function readProjectConfig(document: unknown, path: string): ProjectConfig {
  const file = new ConfigFile(document, path);
  return { path, teamId: file.slug("team_id"), defaultVisibility: file.tier("default_visibility") };
}

class ConfigFile {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(document: unknown, path: string) {
    this.#path = path;
    if (document !== null && document !== undefined && !isObject(document)) {
      throw this.#wrong("it is not a list of names and values");
    }
    this.#members = isObject(document) ? document : {};
  }

  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.#text(name);
    if (text === undefined) return undefined;
    const found = allowed.find((one) => one === text);
    if (found === undefined) throw this.#wrong(`${name} is "${text}", not ${allowed.join(" or ")}`);
    return found;
  }

  slug(name: string): string | undefined {
    const text = this.#text(name);
    if (text !== undefined && !isSlug(text)) {
      throw this.#wrong(`${name} "${text}" is not 1–64 letters, digits, dots, dashes or underscores`);
    }
    return text;
  }

  tier(name: string): Tier | undefined {
    const text = this.#text(name);
    if (text === undefined) return undefined;
    if (!isTier(text)) throw this.#wrong(`${name} is "${text}", not mesh, user or team`);
    return text;
  }

  scopes(name: string): readonly Scope[] | undefined {
    const value = this.#members[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) throw this.#wrong(`${name} is not a list`);
    return value.map((item) => {
      const scope = typeof item === "string" ? parseScopeLabel(item) : undefined;
      if (scope === undefined) throw this.#wrong(`${name} has "${String(item)}", not mesh, user/NAME or team/NAME`);
      return scope;
    });
  }

  #text(name: string): string | undefined {
    const value = this.#members[name];
    if (value === undefined || value === null) return undefined;
    const text = String(value).trim();
    return text === "" ? undefined : text;
  }

  #wrong(what: string): UsageError {
    return new UsageError(`Cannot use ${this.#path}: ${what}. Correct the file.`);
  }
}
