import { isAbsolute } from "node:path";
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

/** How a host's storages are cut (DESIGN §5). */
export const STORAGE_LAYOUTS = ["scopes", "single"] as const;

/** One of the layouts. */
export type StorageLayout = typeof STORAGE_LAYOUTS[number];

/** What becomes of records that no signature proves: taken, taken and shown as such, or set aside (docs/signatures.md). */
export const SIGNATURE_POLICIES = ["accept", "mark", "refuse"] as const;

/** One of the policies. */
export type SignaturePolicy = typeof SIGNATURE_POLICIES[number];

/** Typing messages into a terminal multiplexer: off unless it is turned on, and then only where the lists allow it. */
export interface TmuxConfig {
  readonly enabled: boolean;
  /** Panes (`%3`, `work:1.0`) that may be typed into. */
  readonly panes: readonly string[];
  /** Agents whose messages may be typed. */
  readonly senders: readonly string[];
  /** Scopes, or tiers, whose messages may be typed. */
  readonly scopes: readonly string[];
  /** The longest body that is typed, in bytes of UTF-8. */
  readonly maxBodyBytes: number;
}

/** What `messaging:` says. */
export interface MessagingConfig {
  /** Whether sessions show themselves to the whole mesh, not only to their user and teams. */
  readonly presenceInMesh: boolean;
  readonly tmux: TmuxConfig;
}

/**
 * The host's config.yaml (compat data §3.6). `mode`, `listen`, `connect`, `replica`, `storage_layout`, `tls`, `enforce_scopes`,
 * `replicas`, `signatures` and `messaging.presence_mesh` are ours; Python's version does not know them.
 */
export interface HostConfig {
  readonly mode: Mode | undefined;
  /** Endpoints as they are written; the mesh reads them. */
  readonly listen: readonly string[];
  readonly connect: readonly string[];
  /** Whether a spoke has storages too. */
  readonly replica: boolean;
  readonly storageLayout: StorageLayout;
  /** The folder with ca.crt, peer.crt and peer.key; undefined: links are plain. */
  readonly tls: string | undefined;
  /** Whether a hub with certificates lets each holder into the scopes alone that its certificate grants. */
  readonly enforceScopes: boolean;
  /** A hub with certificates: ids of the hosts whose routers have storages that align with its own. */
  readonly replicas: readonly string[];
  /** Undefined: `mark` where an authority is installed, else `accept`. */
  readonly signatures: SignaturePolicy | undefined;
  readonly backend: Backend | undefined;
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  readonly defaultVisibility: Tier | undefined;
  /** `storage_scopes`: the scopes this host declares; undefined when it says nothing. */
  readonly storageScopes: readonly Scope[] | undefined;
  readonly messaging: MessagingConfig;
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
  listen: [],
  connect: [],
  replica: false,
  storageLayout: "scopes",
  tls: undefined,
  enforceScopes: true,
  replicas: [],
  signatures: undefined,
  backend: undefined,
  userId: undefined,
  teamId: undefined,
  defaultVisibility: undefined,
  storageScopes: undefined,
  messaging: {
    presenceInMesh: false,
    tmux: { enabled: false, panes: [], senders: [], scopes: ["user"], maxBodyBytes: 8_192 },
  },
};

/** Reads the host's configuration from parsed YAML; `path` is named in errors. */
export function readHostConfig(document: unknown, path: string): HostConfig {
  const file = new ConfigFile(document, path);
  return {
    mode: file.choice("mode", MODES),
    listen: file.texts("listen"),
    connect: file.texts("connect"),
    replica: file.flag("replica"),
    storageLayout: file.choice("storage_layout", STORAGE_LAYOUTS) ?? "scopes",
    tls: file.folder("tls"),
    enforceScopes: file.flag("enforce_scopes", true),
    replicas: file.texts("replicas"),
    signatures: file.choice("signatures", SIGNATURE_POLICIES),
    backend: file.choice("backend", ["local", "zenoh"]),
    userId: file.slug("user_id"),
    teamId: file.slug("team_id"),
    defaultVisibility: file.tier("default_visibility"),
    storageScopes: file.scopes("storage_scopes"),
    messaging: readMessaging(file.within("messaging")),
  };
}

function readMessaging(file: ConfigFile): MessagingConfig {
  const tmux = file.within("tmux");
  const { scopes, maxBodyBytes } = NO_HOST_CONFIG.messaging.tmux;
  return {
    presenceInMesh: file.flag("presence_mesh"),
    tmux: {
      enabled: tmux.flag("enabled"),
      panes: tmux.texts("pane_allowlist"),
      senders: tmux.texts("sender_allowlist"),
      scopes: tmux.has("scope_allowlist") ? tmux.texts("scope_allowlist") : scopes,
      maxBodyBytes: tmux.count("max_body_bytes", maxBodyBytes),
    },
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

  /** What stands under a name, which is a list of names and values itself; empty when it is not there. */
  within(name: string): ConfigFile {
    const value = this.#members[name];
    if (value !== undefined && value !== null && !isObject(value)) {
      throw this.#wrong(`${name} is not a list of names and values`);
    }
    return new ConfigFile(value, this.#path);
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined && this.#members[name] !== null;
  }

  count(name: string, otherwise: number): number {
    const value = this.#members[name];
    if (value === undefined || value === null) return otherwise;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.#wrong(`${name} is "${String(value)}", not a whole number`);
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
      if (scope === undefined) {
        throw this.#wrong(`${name} has "${String(item)}", not mesh, user/NAME or team/NAME`);
      }
      return scope;
    });
  }

  texts(name: string): readonly string[] {
    const value = this.#members[name];
    if (value === undefined || value === null) return [];
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    return items.map((item) => {
      if (typeof item !== "string" || item.trim() === "") {
        throw this.#wrong(`${name} has "${String(item)}", which is no text`);
      }
      return item.trim();
    });
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.#members[name];
    if (value === undefined || value === null) return otherwise;
    if (typeof value !== "boolean") throw this.#wrong(`${name} is "${String(value)}", not true or false`);
    return value;
  }

  folder(name: string): string | undefined {
    const text = this.#text(name);
    if (text !== undefined && !isAbsolute(text)) throw this.#wrong(`${name} is "${text}", not a whole path`);
    return text;
  }

  #text(name: string): string | undefined {
    const value = this.#members[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "object") throw this.#wrong(`${name} is a list, not one word`);
    const text = String(value).trim();
    return text === "" ? undefined : text;
  }

  #wrong(what: string): UsageError {
    return new UsageError(`Cannot use ${this.#path}: ${what}. Correct the file.`);
  }
}
