import { Failure, messageOf } from "../core/errors.ts";
import { readTextIfAny } from "../core/files.ts";
import { parseScopeLabel } from "../core/scope.ts";
import { requireOwnMode } from "../core/shared.ts";
import { type Endpoint, parseEndpoints } from "../mesh/endpoint.ts";
import { findEngine } from "../mesh/engine/find.ts";
import { type Peer, type PeerOptions, startPeer } from "../mesh/peer.ts";
import { TLS_FILES } from "../tls/files.ts";
import { systemTimer, within } from "../mesh/timer.ts";
import { join } from "node:path";
import { admissionSource, hostAdmission } from "./admission.ts";
import type { PeerCall } from "./command.ts";
import { requireCertificates } from "./mesh_setup.ts";
import { type Output, ReaderGone } from "./output.ts";
import { describe } from "./peer_event.ts";

/** How a peer takes part; what config.yaml says, or what a trial was told. */
export type Part = Pick<
  PeerOptions,
  | "role"
  | "listen"
  | "connect"
  | "replica"
  | "admission"
  | "admissionSource"
  | "layout"
  | "volume"
  | "tls"
>;

/** A peer that stops takes no longer than this; what is left then ends with the process. Milliseconds. */
const STOP_WITHIN_MS = 5_000;

/** What this host was set up for. Throws a Failure when that is no mesh. */
export function configuredPart({ memory, output }: PeerCall): Part {
  const { host, settings } = memory;
  requireOwnMode(settings, "run the peer");
  if (host.mode !== "hub" && host.mode !== "spoke" || settings.mode === "local") {
    throw new Failure(
      "Cannot run the peer: this host is in no mesh. Set it up with `kioku-mesh init --mode hub` or `--mode spoke`, or try " +
        "one out with `kioku-mesh mesh start`.",
    );
  }
  const tls = host.tls === undefined ? undefined : requireCertificates(host.tls);
  if (tls !== undefined && !host.enforceScopes) {
    output.note("warning: scopes are not enforced: every certificate of the authority reads and writes all.");
  }
  return {
    role: host.mode,
    listen: parseEndpoints(host.listen),
    connect: parseEndpoints(host.connect),
    replica: host.replica,
    admission: hostAdmission(host, memory.clock),
    admissionSource: admissionSource(memory.folders.config, host, memory.clock),
    layout: host.storageLayout,
    volume: "rocksdb",
    tls: tls === undefined ? undefined : {
      ca: join(tls, TLS_FILES.ca),
      certificate: join(tls, TLS_FILES.certificate),
      key: join(tls, TLS_FILES.key),
    },
  };
}

/** What `mesh start` and `mesh join` do: nothing but this process keeps what the router holds. */
export function trialPart(
  { memory }: PeerCall,
  role: Part["role"],
  listen: readonly Endpoint[],
  connect: readonly Endpoint[],
): Part {
  const scopes = memory.settings.declared.flatMap((label) => parseScopeLabel(label) ?? []);
  const admission = { scopes, access: undefined, certificate: undefined };
  return {
    role,
    listen,
    connect,
    replica: false,
    admission,
    layout: "scopes",
    volume: "memory",
    tls: undefined,
  };
}

/** Finds the engine and starts the peer. Throws a PeerRuns when one runs already. */
export async function startOwnPeer({ memory, engine, output }: PeerCall, part: Part): Promise<Peer> {
  return await startPeer({
    ...part,
    memory,
    hostName: memory.hostName,
    state: memory.folders.state,
    engine: await findEngine(engine, memory.random),
    trustFiles: () => ({
      authority: readTextIfAny(join(memory.tlsFolder, TLS_FILES.ca)),
      certificate: readTextIfAny(join(memory.tlsFolder, TLS_FILES.certificate)),
    }),
    timer: systemTimer,
    tell: (event) => {
      const line = describe(event);
      if (line !== undefined) tell(output, `peer: ${line}`);
    },
  });
}

// A log that nobody reads any more is no reason to end.
function tell(output: Output, line: string): void {
  try {
    output.note(line);
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  }
}

/**
 * Runs until the system or a person asks it to end, and ends in order: within 5 s at the latest. A second request ends it
 * at once; the router ends with it either way.
 */
export async function runUntilStopped(peer: Peer, call: PeerCall): Promise<0 | 1> {
  await askedToEnd();
  tell(call.output, "peer: stopping");
  return await stopPeer(peer, call);
}

/** Ends a peer in order. Gives the exit code. */
export async function stopPeer(peer: Peer, { output }: PeerCall): Promise<0 | 1> {
  try {
    await within(systemTimer, STOP_WITHIN_MS, peer.stop(), () => new Failure("it takes too long"));
    return 0;
  } catch (error) {
    tell(output, `peer: not stopped in order (${messageOf(error)}); the router ends with this process.`);
    return 1;
  }
}

/** What a shell gives for a program that a signal ended: 128 and SIGINT's number. */
const INTERRUPTED = 130;

function askedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const end = () => {
      if (asked) Deno.exit(INTERRUPTED);
      asked = true;
      resolve();
    };
    const signals: Deno.Signal[] = Deno.build.os === "windows"
      ? ["SIGINT", "SIGBREAK"]
      : ["SIGINT", "SIGTERM"];
    for (const signal of signals) Deno.addSignalListener(signal, end);
  });
}
