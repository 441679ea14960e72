import { join } from "node:path";
import type { Mode, StorageLayout } from "../core/config.ts";
import { STORAGE_LAYOUTS } from "../core/config.ts";
import { UsageError } from "../core/errors.ts";
import { isFile } from "../core/files.ts";
import type { Adopted } from "../mesh/adopt.ts";
import { type Endpoint, formatEndpoint, parseEndpoint, parseEndpoints } from "../mesh/endpoint.ts";
import { TLS_FILES } from "../tls/files.ts";
import { LEDGER_FILE } from "../tls/ledger.ts";
import { isEncrypted } from "./admission.ts";
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
  /** Whether a hub with certificates lets each holder into its own scopes alone. */
  readonly enforced: boolean;
}

/** Where a hub listens that is not told: for tries on one machine. */
const LOOPBACK = parseEndpoint("tcp/127.0.0.1:7447");

/** Where a hub with certificates listens that is not told: nobody gets in without one. */
const EVERYWHERE = parseEndpoint("tls/0.0.0.0:7447");

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
  const heard = mode === "hub" && listen.length === 0 ? [options.has("tls") ? EVERYWHERE : LOOPBACK] : listen;
  return complete(
    { mode, listen: withPlaintext(heard.map(encryption(options)), options), connect, tls: undefined },
    options,
    configFolder,
  );
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
    { mode: connect.length > 0 ? "spoke" : "hub", listen: withPlaintext(listen, options), connect, tls },
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
    enforce_scopes: setup.enforced ? undefined : false,
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
  enforce_scopes: undefined,
};

/** The folder of the certificates, when all of them are there (compat cli §3.1). Throws a UsageError that lists what is not. */
export function requireCertificates(folder: string): string {
  const missing = Object.values(TLS_FILES).map((name) => join(folder, name)).filter((path) => !isFile(path));
  if (missing.length === 0) return folder;
  throw new UsageError(
    `Cannot use TLS: ${
      missing.join(", ")
    } is missing. Ask for a certificate (kioku-mesh tls request), or run init again.`,
  );
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
  const { listen } = start;
  const connect = start.connect.map(encryption(options));
  const needed = [...listen, ...connect].some(isEncrypted);
  const tls = start.tls ?? (needed || options.has("tls") ? join(configFolder, "tls") : undefined);
  if (tls === undefined && options.text("plaintextLoopback") !== undefined) {
    throw new UsageError(
      "Cannot use --plaintext-loopback without --tls: links are plain anyway. Leave it out.",
    );
  }
  // Python's version kept no ledger, and one storage for all scopes has nothing to tell them apart by.
  const open = layout === "single" ||
    (options.has("adopt") && tls !== undefined && !isFile(join(tls, LEDGER_FILE)));
  return { mode, listen, connect, replica, layout, tls, enforced: tls === undefined || !open };
}

function encryption(options: Options): (endpoint: Endpoint) => Endpoint {
  return options.has("tls") ? encrypted : (endpoint) => endpoint;
}

/** Where clients of the Python version look for a router. */
const PYTHON_PORT = 7447;

// Python's clients have no certificates.
function withPlaintext(listen: readonly Endpoint[], options: Options): readonly Endpoint[] {
  if (options.text("plaintextLoopback") === undefined) return listen;
  const port = options.integerOr("plaintextLoopback", 1, 65_535, PYTHON_PORT);
  const plain = parseEndpoint(`tcp/127.0.0.1:${port}`);
  if (listen.some((one) => formatEndpoint(one) === formatEndpoint(plain))) return listen;
  const taken = listen.find((one) => one.port === port && ["0.0.0.0", "::", plain.host].includes(one.host));
  if (taken === undefined) return [...listen, plain];
  throw new UsageError(
    `Cannot listen on ${formatEndpoint(plain)} too: ${
      formatEndpoint(taken)
    } has that port. Name another one, such as ` +
      `--plaintext-loopback=${port + 1}, and set ZENOH_CONNECT to it for the Python clients.`,
  );
}

function encrypted(endpoint: Endpoint): Endpoint {
  if (endpoint.protocol === "udp") {
    throw new UsageError(
      `Cannot use ${formatEndpoint(endpoint)} with --tls: udp is not encrypted. Use tls or quic.`,
    );
  }
  return endpoint.protocol === "tcp" ? { ...endpoint, protocol: "tls" } : endpoint;
}
