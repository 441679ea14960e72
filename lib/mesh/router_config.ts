import { type Endpoint, formatEndpoint } from "./endpoint.ts";
import { type Access, accessControl } from "./access_control.ts";
import { REPLICATION } from "./replication.ts";
import type { Storage } from "./storages.ts";

/** Where storages keep their data: on disk, or in memory for a router that is only tried out. */
export type Volume = "rocksdb" | "memory";

/** Certificates for links to other hosts, PEM files (compat data §6). */
export interface LinkTls {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** What a router of ours is told. Nothing else is: no file of the user's is read by it. */
export interface RouterConfig {
  readonly listen: readonly Endpoint[];
  readonly connect: readonly Endpoint[];
  /** None on a spoke that is no replica. */
  readonly storages: readonly Storage[];
  readonly volume: Volume;
  readonly tls: LinkTls | undefined;
  /** Whom it lets do what; undefined: everybody who gets a link does everything. */
  readonly access: Access | undefined;
  /** Files of the verified engine. */
  readonly engine: { readonly folder: string; readonly remoteApi: string; readonly storageManager: string };
  /** The side towards our own peer. */
  readonly loopback: { readonly port: number; readonly certificate: string; readonly key: string };
}

/**
 * The largest message a router takes from a link: 64 MiB of payload and its key. Zenoh's own limit is 1 GiB, which one
 * host could fill another's memory with.
 */
const LARGEST_FROM_LINK = 68 * 1024 * 1024;

/** The same where others are let in by certificate and no Python host of old puts more: a record and its key. */
const LARGEST_FROM_HOLDER = 20 * 1024 * 1024;

/** The largest payload of a record, in or out of an answer, that a holder of a certificate may send: what we put, and room. */
const LARGEST_RECORD = 16 * 1024 * 1024;

/** The largest question: ours name 256 records or buckets. */
const LARGEST_QUESTION = 1024 * 1024;

/** Zenohd's configuration: JSON, which is JSON5 too, so that any text is quoted right. */
export function renderRouterConfig(config: RouterConfig): string {
  return `${JSON.stringify(document(config), null, 2)}\n`;
}

function document(config: RouterConfig): Record<string, unknown> {
  const { engine, loopback, storages } = config;
  return {
    mode: "router",
    listen: { endpoints: config.listen.map(formatEndpoint), exit_on_failure: true },
    connect: {
      endpoints: config.connect.map(formatEndpoint),
      // A hub that is away is tried again, first after 1 s, then up to 8 s apart; the router itself goes on.
      timeout_ms: -1,
      exit_on_failure: false,
      retry: { period_init_ms: 1000, period_max_ms: 8000, period_increase_factor: 2 },
    },
    scouting: { multicast: { enabled: false }, gossip: { enabled: false } },
    timestamping: { enabled: { router: true, peer: true, client: true } },
    adminspace: { enabled: true, permissions: { read: true, write: false } },
    transport: {
      link: {
        rx: { max_message_size: config.access === undefined ? LARGEST_FROM_LINK : LARGEST_FROM_HOLDER },
        ...(config.tls === undefined ? {} : { tls: linkTls(config.tls) }),
      },
    },
    ...(config.access === undefined
      ? {}
      : { access_control: accessControl(config.access), low_pass_filter: SIZES }),
    plugins_loading: { enabled: true, search_dirs: [engine.folder] },
    plugins: {
      remote_api: {
        __required__: true,
        __path__: [engine.remoteApi],
        websocket_port: `127.0.0.1:${loopback.port}`,
        secure_websocket: { certificate_path: loopback.certificate, private_key_path: loopback.key },
      },
      ...(storages.length === 0 ? {} : { storage_manager: storageManager(config) }),
    },
  };
}

const SIZES = [
  { id: "records", messages: ["put", "reply"], size_limit: LARGEST_RECORD },
  { id: "questions", messages: ["query", "delete"], size_limit: LARGEST_QUESTION },
].map((limit) => ({ ...limit, flows: ["ingress"], key_exprs: ["**"] }));

function storageManager({ engine, storages, volume }: RouterConfig): Record<string, unknown> {
  return {
    __required__: true,
    __path__: [engine.storageManager],
    backend_search_dirs: [engine.folder],
    volumes: volume === "rocksdb" ? { rocksdb: {} } : {},
    storages: Object.fromEntries(storages.map((storage) => [storage.name, {
      key_expr: storage.keys,
      strip_prefix: storage.stripPrefix,
      replication: REPLICATION,
      volume: volume === "rocksdb" ? { id: volume, dir: storage.folder, create_db: true } : { id: volume },
    }])),
  };
}

function linkTls({ ca, certificate, key }: LinkTls): Record<string, unknown> {
  return {
    root_ca_certificate: ca,
    enable_mtls: true,
    verify_name_on_connect: true,
    close_link_on_expiration: true,
    listen_private_key: key,
    listen_certificate: certificate,
    connect_private_key: key,
    connect_certificate: certificate,
  };
}
