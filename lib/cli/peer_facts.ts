import { type Micros, SECOND } from "../core/clock.ts";
import { formatTime } from "../core/time.ts";
import type { OpenMemory } from "../memory/open.ts";
import { sharing } from "../memory/sharing.ts";
import { readPeerStatus } from "../mesh/peer_status.ts";

/** How this host's part of the mesh is, as status and peer status print it. */
export type PeerFacts = NonNullable<ReturnType<typeof peerFacts>>;

/** Gathers it; undefined on a host that is in no mesh. */
export function peerFacts(memory: OpenMemory): {
  readonly peer_runs: boolean;
  readonly router_up: boolean;
  readonly connected: readonly string[];
  /** The other hosts of ours that are there. */
  readonly hosts: readonly {
    readonly id: string;
    readonly name: string;
    readonly role: string;
    readonly version: string;
  }[];
  readonly waiting: number;
  readonly waiting_since: string | null;
  readonly unshared: number;
  readonly last_reconcile: string | null;
  readonly catching_up: boolean;
  readonly lag_ms: number | null;
  /** Of a router that lets each certificate into its own scopes alone; null when it enforces nothing, or none runs. */
  readonly access: {
    readonly certificates: number;
    readonly turned_away: number;
    /** Certificates that ask for all scopes at once, as Python 1.2.0 does, and so put here but do not read. */
    readonly put_only: readonly string[];
  } | null;
  readonly warning: string | null;
} | undefined {
  const shared = sharing(memory, memory.peerRuns);
  if (shared === undefined) return undefined;
  const { peerRuns, waiting, since, unshared } = shared;
  // What a peer wrote that has ended says nothing of now, but when the mesh was last compared stays true.
  const written = readPeerStatus(memory.store);
  const now = peerRuns ? written : undefined;
  // What the peer knows besides: scopes that nobody in reach stores.
  const uncarried = Math.max(0, (now?.outbox.unshared ?? 0) - unshared);
  const warning = uncarried === 0 ? shared.warning : [
    ...(shared.warning === undefined ? [] : [shared.warning]),
    `${uncarried} wait for a host in reach that carries their scope: declare it on the hub (\`kioku-mesh scope add\`, there).`,
  ].join(" ");
  return {
    peer_runs: peerRuns,
    router_up: now?.routerUp ?? false,
    connected: now?.connected ?? [],
    hosts: (now?.hosts ?? []).filter(({ id }) => id !== memory.identity.pcId)
      .map(({ id, name, role, version }) => ({ id, name, role, version })),
    waiting,
    waiting_since: timeOrNull(since),
    unshared,
    last_reconcile: timeOrNull(written?.lastReconcile),
    catching_up: now?.catchingUp ?? true,
    lag_ms: now?.lag === undefined ? null : Math.round(now.lag * 1000 / SECOND),
    access: now?.access === undefined ? null : {
      certificates: now.access.granted,
      turned_away: now.access.turnedAway,
      put_only: now.access.wide,
    },
    warning: warning ?? null,
  };
}

/** The lines that a person reads. */
export function peerLines(facts: PeerFacts): string[] {
  const { connected } = facts;
  return [
    `peer: ${facts.peer_runs ? `running, router ${facts.router_up ? "up" : "down"}` : "not running"}`,
    `connected: ${connected.length}${connected.length === 0 ? "" : ` (${connected.join(", ")})`}`,
    ...facts.hosts.map(({ id, name, role, version }) =>
      `  host ${id.slice(0, 8)}: ${name}, ${role}, ${version}`
    ),
    `outbox: ${facts.waiting}${
      facts.waiting_since === null ? "" : ` (oldest since ${facts.waiting_since})`
    }` +
    (facts.unshared === 0 ? "" : `, ${facts.unshared} not to be shared`),
    `last_reconcile: ${facts.last_reconcile ?? "-"}`,
    `catching_up: ${facts.catching_up ? "yes: what is here may be less than the mesh has" : "no"}`,
    `lag: ${facts.lag_ms === null ? "-" : `${facts.lag_ms} ms`}`,
    ...(facts.access === null ? [] : accessLines(facts.access)),
    ...(facts.warning === null ? [] : [`warning: ${facts.warning}`]),
  ];
}

function accessLines(access: NonNullable<PeerFacts["access"]>): string[] {
  return [
    `access: by scope, certificates: ${access.certificates}, turned away: ${access.turned_away}`,
    ...access.put_only.map((name) =>
      `  ${name} asks for all scopes at once, as Python 1.2.0 does: it can put here but not read`
    ),
  ];
}

function timeOrNull(time: Micros | undefined): string | null {
  return time === undefined ? null : formatTime(time);
}
