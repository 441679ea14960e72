import { join } from "node:path";
import type { Micros } from "../core/clock.ts";
import { isObject, isTextList } from "../core/json.ts";
import { isLocked } from "../store/lock.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import type { Store } from "../store/store.ts";
import { hostToken, type MeshHost, parseHostToken } from "./host_token.ts";

/** How the peer of this host is. */
export interface PeerStatus {
  readonly routerUp: boolean;
  /** The hosts that our router has a link to, by their routers' ids. */
  readonly connected: readonly string[];
  /** The hosts of ours that are there, this one among them. */
  readonly hosts: readonly MeshHost[];
  readonly outbox: {
    /** Records of shared scopes that wait, and since when the oldest does. */
    readonly waiting: number;
    readonly since: Micros | undefined;
    /** Records that stay here until their scope is declared, here and on the hub, or their secret allowed. */
    readonly unshared: number;
  };
  /** When all of the mesh that is in reach was last compared with what is here. */
  readonly lastReconcile: Micros | undefined;
  /** What is here may be less than the mesh has: no comparison was completed since the peer started. */
  readonly catchingUp: boolean;
  /** How long the last record took from its commit until the mesh had confirmed it. */
  readonly lag: Micros | undefined;
  /** Undefined when whoever gets a link may do everything. */
  readonly access: PeerAccess | undefined;
  readonly updatedAt: Micros;
}

/** How a router that enforces scopes stands. */
export interface PeerAccess {
  /** Certificates that get in. */
  readonly granted: number;
  /** What was turned away since the peer started. */
  readonly turnedAway: number;
  /** Certificates' names that asked for all scopes at once, and so cannot read (`RefusalCounts.wide`). */
  readonly wide: readonly string[];
}

const NAME = "peer_status";
const LOCK = "peer.lock";

/** The file that stands for the one peer of a state folder. */
export function peerLock(state: string): string {
  return join(state, LOCK);
}

/** Whether a peer runs on this state folder. */
export function peerRuns(state: string): boolean {
  return isLocked(peerLock(state));
}

/** What the peer last wrote about itself; it may have ended since (`peerRuns`). */
export function readPeerStatus(store: Store): PeerStatus | undefined {
  const text = readMeta(store, NAME);
  if (text === undefined) return undefined;
  const read = parse(text);
  if (!isObject(read) || !isObject(read.outbox)) return undefined;
  const { waiting, since, unshared } = read.outbox;
  return {
    routerUp: read.routerUp === true,
    connected: isTextList(read.connected) ? read.connected : [],
    hosts: isTextList(read.hosts) ? read.hosts.flatMap((token) => parseHostToken(token) ?? []) : [],
    outbox: { waiting: numberOf(waiting) ?? 0, since: numberOf(since), unshared: numberOf(unshared) ?? 0 },
    lastReconcile: numberOf(read.lastReconcile),
    catchingUp: read.catchingUp === true,
    lag: numberOf(read.lag),
    access: readAccess(read.access),
    updatedAt: numberOf(read.updatedAt) ?? 0,
  };
}

function readAccess(access: unknown): PeerAccess | undefined {
  if (!isObject(access)) return undefined;
  const { granted, turnedAway, wide } = access;
  return {
    granted: numberOf(granted) ?? 0,
    turnedAway: numberOf(turnedAway) ?? 0,
    wide: isTextList(wide) ? wide : [],
  };
}

/** Writes it where other processes find it. */
export function writePeerStatus(store: Store, status: PeerStatus): void {
  store.write(() =>
    writeMeta(store, NAME, JSON.stringify({ ...status, hosts: status.hosts.map(hostToken) }))
  );
}

/** Forgets it: the database went to another host, which has no part in what this says. */
export function forgetPeerStatus(store: Store): void {
  store.write(() => writeMeta(store, NAME, undefined));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
