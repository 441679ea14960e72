import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { Failure } from "../core/errors.ts";
import { writeWhole } from "../core/files.ts";
import type { Random } from "../core/random.ts";
import type { Access } from "./access_control.ts";
import { type Child, startChild } from "./child.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Engine } from "./engine/find.ts";
import { ZENOH_VERSION } from "./engine/target.ts";
import { verifyEngine } from "./engine/verify.ts";
import { endLeftover, forgetRouter, recordRouter } from "./leftover.ts";
import { type LoopbackCertificate, makeLoopbackCertificate } from "./loopback_certificate.ts";
import { checkPorts, freePort } from "./ports.ts";
import { type Ready, waitUntilReady } from "./readiness.ts";
import { type Refusal, RefusalReader, REFUSALS_LOGGED } from "./refusals.ts";
import { type LinkTls, renderRouterConfig, type Volume } from "./router_config.ts";
import { openRouterLog, type RouterLog } from "./router_log.ts";
import type { LoopbackAddress } from "./websocket.ts";
import type { Storage } from "./storages.ts";
import type { Timer } from "./timer.ts";

/** How a router is run. */
export interface RouterOptions {
  readonly engine: Engine;
  /** The router's own folder, `<state>/router`: configuration, data, log. Whoever runs a router holds the state's lock. */
  readonly folder: string;
  readonly listen: readonly Endpoint[];
  readonly connect: readonly Endpoint[];
  readonly storages: readonly Storage[];
  readonly volume: Volume;
  readonly tls: LinkTls | undefined;
  /** Whom it lets do what; undefined: everybody who gets a link does everything. */
  readonly access: Access | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly timer: Timer;
  /** Told of what the router turns away, when there is an `access`. */
  readonly refused?: (refusal: Refusal) => void;
  /** How long it may take until it is ready; a large database takes its time. Milliseconds; 30,000 when not given. */
  readonly readyWithinMs?: number;
}

/** A router that runs and was ready. */
export interface Router extends Ready {
  readonly pid: number;
  /** Where sessions are opened; another one at every start. */
  readonly address: LoopbackAddress;
  /** Resolves with what became of it when it has ended, whoever ended it. */
  readonly ended: Promise<string>;
  /** Ends it, within 5 s. Close sessions before. */
  stop(): Promise<void>;
}

/** The router ended before it was ready, or did not become so in time. */
export class RouterFailed extends Failure {}

/**
 * Levels at which the router prints neither its configuration (it does at "info") nor payloads (at "debug" and "trace").
 * Colours are for terminals.
 */
function environment({ access }: RouterOptions): Record<string, string> {
  return { RUST_LOG: access === undefined ? "warn" : `warn,${REFUSALS_LOGGED}`, NO_COLOR: "1" };
}

/** What the plugin says, and lives on, when its port was taken after we had found it free. */
const LOOPBACK_PORT_LOST = "Unable to start TcpListener";

/** Our tries to find a port that nobody takes meanwhile. */
const TRIES = 3;

/**
 * Starts a router: ends one that a killed peer left behind, verifies the engine, writes the configuration anew, and waits
 * until the router is ready. Throws when that fails, and nothing runs then: a PortTaken names who listens already, an
 * EngineRefused an engine that is not what it should be, a RouterFailed the rest.
 */
export async function startRouter(options: RouterOptions, signal?: AbortSignal): Promise<Router> {
  const { folder, timer } = options;
  Deno.mkdirSync(join(folder, DATA), { recursive: true, mode: 0o700 });
  await endLeftover(join(folder, RECORD), timer);
  await checkPorts(options.listen);
  for (let attempt = 1;; attempt++) {
    signal?.throwIfAborted();
    await verifyEngine(options.engine.folder, options.engine.manifest);
    const router = await startOnce(options, signal);
    if (router !== undefined) return router;
    if (attempt === TRIES) {
      throw new RouterFailed("Cannot start the router: no port on 127.0.0.1 stays free. Try again.");
    }
  }
}

const DATA = "data";
const RECORD = "running.json";
const CONFIG = "zenohd.json";
const CERTIFICATE = "loopback.pem";
const KEY = "loopback.key";
const LOG = "router.log";

// Undefined when the port for our sessions was taken by somebody else in the meantime.
async function startOnce(
  options: RouterOptions,
  signal: AbortSignal | undefined,
): Promise<Router | undefined> {
  const { folder, timer, random, clock } = options;
  const loopback = await makeLoopbackCertificate(clock, random);
  const address = { port: freePort(), ca: loopback.ca };
  writeFiles(options, loopback, address.port);
  const log = openRouterLog(join(folder, LOG));
  const refusals = new RefusalReader();
  const portLost = new AbortController();
  let child: Child | undefined;
  try {
    child = await startChild({
      program: options.engine.router,
      args: ["--config", join(folder, CONFIG)],
      env: { ...environment(options), ZENOH_BACKEND_ROCKSDB_ROOT: join(folder, DATA) },
      folder,
      line: (text) => {
        const meaning = refusals.read(text);
        if (meaning === "noise") return;
        log.line(text);
        if (meaning !== undefined) return options.refused?.(meaning);
        if (text.includes(LOOPBACK_PORT_LOST)) portLost.abort();
      },
    }, timer);
    await recordRouter(join(folder, RECORD), child.pid, random);
    const ready = await untilReady(
      options,
      address,
      child,
      log,
      AbortSignal.any([...signals(signal), portLost.signal]),
    );
    // The router has read them and will not again.
    removeSecrets(folder);
    return { ...ready, pid: child.pid, address, ...lifeOf(child, folder, log) };
  } catch (error) {
    await child?.stop();
    log.close();
    removeSecrets(folder);
    forgetRouter(join(folder, RECORD));
    signal?.throwIfAborted();
    if (portLost.signal.aborted) return undefined;
    throw error;
  }
}

function lifeOf(child: Child, folder: string, log: RouterLog): Pick<Router, "ended" | "stop"> {
  const ended = child.ended.then((how) => {
    log.close();
    forgetRouter(join(folder, RECORD));
    return how;
  });
  const stop = async () => {
    await child.stop();
    await ended;
  };
  return { ended, stop };
}

async function untilReady(
  options: RouterOptions,
  address: LoopbackAddress,
  child: Child,
  log: RouterLog,
  outside: AbortSignal,
): Promise<Ready> {
  const { random, timer, readyWithinMs = 30_000 } = options;
  const over = new AbortController();
  const cancel = timer(readyWithinMs, () => over.abort());
  let how: string | undefined;
  void child.ended.then((ended) => {
    how = ended;
    over.abort();
  });
  try {
    return await waitUntilReady({
      address,
      storages: options.storages.map(({ name }) => name),
      version: ZENOH_VERSION,
      signal: AbortSignal.any([over.signal, outside]),
      random,
      timer,
    });
  } catch (error) {
    if (how === undefined) throw error;
    await checkPorts(options.listen, true);
    const said = log.recent.length === 0 ? "it said nothing" : `it said: ${log.recent.join(" | ")}`;
    throw new RouterFailed(`Cannot start the router: ${how}; ${said}. Check the endpoints and the engine.`);
  } finally {
    cancel();
  }
}

function writeFiles(options: RouterOptions, loopback: LoopbackCertificate, port: number): void {
  const { folder, random, engine } = options;
  const certificate = join(folder, CERTIFICATE);
  const key = join(folder, KEY);
  writeWhole(certificate, loopback.certificate, random);
  writeWhole(key, loopback.key, random);
  const text = renderRouterConfig({ ...options, engine, loopback: { port, certificate, key } });
  writeWhole(join(folder, CONFIG), text, random);
}

function signals(signal: AbortSignal | undefined): AbortSignal[] {
  return signal === undefined ? [] : [signal];
}

function removeSecrets(folder: string): void {
  for (const name of [KEY, CERTIFICATE]) {
    try {
      Deno.removeSync(join(folder, name));
    } catch {
      // It is not there.
    }
  }
}
