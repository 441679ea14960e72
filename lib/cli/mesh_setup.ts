import { join } from "node:path";
import type { Mode, StorageLayout } from "../core/config.ts";
import { STORAGE_LAYOUTS } from "../core/config.ts";
import { UsageError } from "../core/errors.ts";
import { isFile } from "../core/files.ts";
import { type Adopted, TLS_FILES } from "../mesh/adopt.ts";
import {
  type Endpoint,
  formatEndpoint,
  isLoopback,
  parseEndpoint,
  parseEndpoints,
} from "../mesh/endpoint.ts";
import type { Options } from "./options.ts";

/** How a host is to take part in a mesh. */
export interface MeshSetup {
  readonly mode: Exclude<Mode, "local">;
  readonly listen: readonly Endpoint[];
  readonly connect: readonly Endpoint[];
  readonly replica: boolean;
  readonly layout: StorageLayout;
  /** The folder of the certificates. */
  readonly tls: string | undefined;
}

/** Where a hub listens that is not told: for tries on one machine. */
const LOOPBACK = parseEndpoint("tcp/127.0.0.1:7447");

/** Reads the options of init for a hub or a spoke. Throws a UsageError for what does not fit together. */
export function readMeshSetup(mode: MeshSetup["mode"], options: Options, configFolder: string): MeshSetup {
  const listen = parseEndpoints(options.texts("listen"));
  const connect = parseEndpoints(options.texts("connect"));
  if (mode === "hub" && connect.length > 0) {
    throw new UsageError(
      "Cannot set up a hub with --connect: others connect to it. Use --mode spoke, or leave it out.",
    );
  }
  if (mode === "spoke" && connect.length === 0) {
    throw new UsageError("Cannot set up a spoke: it has no hub. Name it with --connect tcp/HOST:7447.");
  }
  if (connect.some(({ port }) => port === 0)) {
    throw new UsageError("Cannot connect to port 0. Name the hub's port.");
  }
  const heard = mode === "hub" && listen.length === 0 ? [LOOPBACK] : listen;
  return complete({ mode, listen: heard, connect, tls: undefined }, options, configFolder);
}

/** The set-up of a host that comes from Python's version: what it connects to makes it a spoke. */
export function adoptedSetup(adopted: Adopted, options: Options, configFolder: string): MeshSetup {
  if (
    options.text("mode") !== undefined || options.texts("listen").length + options.texts("connect").length > 0
  ) {
    throw new UsageError(
      "Cannot use --adopt with --mode, --listen or --connect: it takes them over. Leave out one or the other.",
    );
  }
  const { listen, connect, tls } = adopted;
  return complete(
    { mode: connect.length > 0 ? "spoke" : "hub", listen, connect, tls },
    options,
    configFolder,
  );
}

/** The entries of config.yaml; `backend` tells a Python version on the same host that there is a mesh. */
export function meshEntries(setup: MeshSetup): Readonly<Record<string, unknown>> {
  const list = (endpoints: readonly Endpoint[]) =>
    endpoints.length === 0 ? undefined : endpoints.map(formatEndpoint);
  return {
    backend: "zenoh",
    mode: setup.mode,
    listen: list(setup.listen),
    connect: list(setup.connect),
    replica: setup.replica ? true : undefined,
    storage_layout: setup.layout === "single" ? "single" : undefined,
    tls: setup.tls,
  };
}

/** The entries of config.yaml of a host that keeps its memories to itself. */
export const LOCAL_ENTRIES: Readonly<Record<string, unknown>> = {
  backend: "local",
  mode: undefined,
  listen: undefined,
  connect: undefined,
  replica: undefined,
  storage_layout: undefined,
  tls: undefined,
};

/** The folder of the certificates, when all of them are there (compat cli §3.1). Throws a UsageError that lists what is not. */
export function requireCertificates(folder: string): string {
  const missing = Object.values(TLS_FILES).map((name) => join(folder, name)).filter((path) => !isFile(path));
  if (missing.length === 0) return folder;
  throw new UsageError(`Cannot use TLS: ${missing.join(", ")} is missing. Put the certificates there first.`);
}

function complete(
  start: Pick<MeshSetup, "mode" | "listen" | "connect" | "tls">,
  options: Options,
  configFolder: string,
): MeshSetup {
  const { mode } = start;
  const replica = options.has("replica");
  if (replica && mode === "hub") {
    throw new UsageError("Cannot use --replica: a hub has storages anyway. Leave it out.");
  }
  const layout = options.choice("storageLayout", STORAGE_LAYOUTS) ?? "scopes";
  const encrypt = options.has("tls") ? encrypted : (endpoint: Endpoint) => endpoint;
  const listen = start.listen.map(encrypt);
  const connect = start.connect.map(encrypt);
  const needed = [...listen, ...connect].some(({ protocol }) => protocol === "tls" || protocol === "quic");
  const folder = start.tls ?? (needed || options.has("tls") ? join(configFolder, "tls") : undefined);
  return {
    mode,
    listen,
    connect,
    replica,
    layout,
    tls: folder === undefined ? undefined : requireCertificates(folder),
  };
}

// Links on this machine stay plain, so that a Python client on it gets in (compat cli §3.1).
function encrypted(endpoint: Endpoint): Endpoint {
  if (isLoopback(endpoint)) return endpoint;
  if (endpoint.protocol === "udp") {
    throw new UsageError(
      `Cannot use ${formatEndpoint(endpoint)} with --tls: udp is not encrypted. Use tls or quic.`,
    );
  }
  return endpoint.protocol === "tcp" ? { ...endpoint, protocol: "tls" } : endpoint;
}
