import type { SignaturePolicy } from "../../../lib/core/config.ts";
import { MESH, type Scope, scopeLabel } from "../../../lib/core/scope.ts";
import { monotonicClock } from "../../../lib/core/clock.ts";
import { systemRandom } from "../../../lib/core/random.ts";
import type { MemoryContext } from "../../../lib/memory/context.ts";
import { digests } from "../../../lib/memory/digests.ts";
import { saveMemory } from "../../../lib/memory/save.ts";
import type { Access } from "../../../lib/mesh/access_control.ts";
import type { Allowances } from "../../../lib/mesh/allowance.ts";
import type { AdmissionSource } from "../../../lib/mesh/admission.ts";
import type { Engine } from "../../../lib/mesh/engine/find.ts";
import { parseEndpoint } from "../../../lib/mesh/endpoint.ts";
import { type Peer, type PeerEvent, type PeerOptions, startPeer } from "../../../lib/mesh/peer.ts";
import { freePort } from "../../../lib/mesh/ports.ts";
import type { LinkTls } from "../../../lib/mesh/router_config.ts";
import { systemTimer } from "../../../lib/mesh/timer.ts";
import { openStore } from "../../../lib/store/open.ts";
import { TEST_IDENTITY, testSettings } from "../../support/context.ts";
import { newMemory } from "../../support/new_memory.ts";
import { type TempFolder, tempFolder } from "../../support/folder.ts";
import type { TestHost } from "../../support/trust.ts";
import { testEngine, until } from "./host.ts";

/** How a test's host is set up. */
export interface PeerParts {
  readonly role: "hub" | "spoke";
  /** Endpoint of the hub, for a spoke. */
  readonly connect?: string;
  /** Its own port; a spoke has none. */
  readonly port?: number;
  readonly scopes?: readonly Scope[];
  readonly folder?: TempFolder;
  readonly failPoint?: (name: string) => void;
  readonly replica?: boolean;
  /** Its id; all tests' hosts have the same without. */
  readonly pcId?: string;
  /** Certificates; then it listens on tls/. */
  readonly tls?: LinkTls;
  readonly access?: Access;
  readonly admissionSource?: AdmissionSource;
  /** With what it signs, whom it trusts, and what it does with what is not proven. */
  readonly trust?: TestTrust;
  readonly allowances?: Allowances;
  /** How far its clock is off. Milliseconds. */
  readonly skewMs?: number;
  /** Another engine than the one under test. */
  readonly engine?: Engine;
}

/** What a host of a test has to do with signatures. */
export interface TestTrust {
  readonly host: TestHost;
  /** The authority's certificate, PEM. */
  readonly authority: string;
  readonly signatures: SignaturePolicy;
}

/** A memory in a folder, as a host of a mesh opens it; its clock may be off by so many milliseconds. */
export function openMemory(
  folder: TempFolder,
  role: "hub" | "spoke",
  scopes: readonly Scope[] = [MESH],
  skewMs = 0,
  pcId: string = TEST_IDENTITY.pcId,
  trust?: TestTrust,
): MemoryContext {
  const clock = monotonicClock(() => Date.now() + skewMs);
  return {
    store: openStore(folder.at("kioku.db"), clock),
    clock,
    random: systemRandom,
    identity: { ...TEST_IDENTITY, pcId },
    settings: testSettings({
      mode: role,
      readable: scopes.map(scopeLabel),
      userId: trust?.host.signer.user,
      teamId: trust?.host.signer.teams[0],
      signatures: trust?.signatures ?? "accept",
    }),
    signer: trust?.host.signer,
  };
}

/** A peer with the memory that it shares, another connection to which is what agents use. */
export interface TestPeer extends AsyncDisposable {
  readonly peer: Peer;
  /** A connection of its own, as another process has it. */
  readonly memory: MemoryContext;
  readonly folder: TempFolder;
  readonly events: PeerEvent[];
  readonly endpoint: string;
  /** Stops the peer; the folder stays. */
  stop(): Promise<void>;
}

/** What the options of a peer in a test are. */
export async function peerOptions(
  folder: TempFolder,
  parts: PeerParts,
  events: PeerEvent[],
): Promise<PeerOptions> {
  const { role, connect, port, scopes = [MESH], failPoint, replica = false, skewMs } = parts;
  const { tls, access, admissionSource, allowances, trust, pcId = trust?.host.signer.host } = parts;
  return {
    memory: openMemory(folder, role, scopes, skewMs, pcId, trust),
    hostName: "test",
    state: folder.path,
    engine: parts.engine ?? await testEngine(),
    listen: port === undefined
      ? []
      : [parseEndpoint(`${tls === undefined ? "tcp" : "tls"}/127.0.0.1:${port}`)],
    connect: connect === undefined ? [] : [parseEndpoint(connect)],
    role,
    replica,
    admission: { scopes, access, certificate: undefined },
    ...(admissionSource === undefined ? {} : { admissionSource }),
    trustFiles: () => ({ authority: trust?.authority, certificate: trust?.host.pem }),
    ...(allowances === undefined ? {} : { allowances }),
    layout: "scopes",
    volume: "rocksdb",
    tls,
    timer: systemTimer,
    tell: (event) => void events.push(event),
    ...(failPoint === undefined ? {} : { failPoint }),
  };
}

/** Starts a host; a folder that was given stays afterwards. */
export async function startTestPeer(given: PeerParts): Promise<TestPeer> {
  const parts = given.role === "hub" ? { port: freePort(), ...given } : given;
  const folder = parts.folder ?? tempFolder();
  const events: PeerEvent[] = [];
  const options = await peerOptions(folder, parts, events);
  const { trust, pcId = trust?.host.signer.host } = parts;
  const memory = openMemory(folder, parts.role, parts.scopes, 0, pcId, trust);
  const close = () => {
    memory.store.close();
    options.memory.store.close();
    if (parts.folder === undefined) folder[Symbol.dispose]();
  };
  try {
    const peer = await startPeer(options);
    let stopped = false;
    const stop = async () => {
      if (stopped) return;
      stopped = true;
      await peer.stop();
      close();
    };
    return {
      peer,
      memory,
      folder,
      events,
      endpoint: `${parts.tls === undefined ? "tcp" : "tls"}/127.0.0.1:${parts.port ?? 0}`,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Saves a memory as an agent does. Gives its id. */
export function save(memory: MemoryContext, content: string, allowSecret = false): string {
  const fields = { content, subject: content.slice(0, 60), project: "test", allowSecret };
  return saveMemory(memory, newMemory(fields)).observation.id;
}

/** All records of a scope, as hosts compare them, sorted. */
export function recordSet(memory: MemoryContext, scope = "mesh"): string[] {
  return digests(memory.store, scope, "").map(({ kind, id, hash }) => `${kind}${id} ${hash}`).sort();
}

/** Has another process save memories into a host's database; gives how long each save took, in milliseconds, sorted. */
export async function saveElsewhere(folder: TempFolder, count: number, label = "burst"): Promise<number[]> {
  const script = new URL("./saver.ts", import.meta.url).pathname;
  const done = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-P=mesh", script, folder.path, String(count), label],
    stderr: "inherit",
  }).output();
  if (!done.success) throw new Error("the saving process failed");
  const times: unknown = JSON.parse(new TextDecoder().decode(done.stdout));
  if (!Array.isArray(times)) throw new Error("the saving process printed no times");
  return times.map(Number).sort((one, other) => one - other);
}

/** Waits until the hosts have the same records; an error that counts what they have when it takes longer. */
export async function untilEqual(
  hosts: readonly TestPeer[],
  milliseconds = 20_000,
  scope = "mesh",
): Promise<void> {
  const over = performance.now() + milliseconds;
  for (;;) {
    const sets = hosts.map(({ memory }) => recordSet(memory, scope));
    const [first = []] = sets;
    if (sets.every((set) => set.join() === first.join())) return;
    if (performance.now() > over) {
      throw new Error(`not equal in ${milliseconds} ms: ${sets.map((set) => set.length)}`);
    }
    await new Promise<void>((resolve) => systemTimer(50, resolve));
  }
}

/** Waits until the hosts have compared with the mesh. */
export async function untilCaughtUp(...hosts: readonly TestPeer[]): Promise<void> {
  await until("all have caught up", () => hosts.every(({ peer }) => !peer.status().catchingUp), 20_000);
}
