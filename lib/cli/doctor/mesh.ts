import { DAY, HOUR, type Micros, MINUTE } from "../../core/clock.ts";
import { parseTime } from "../../core/time.ts";
import { VERSION } from "../../core/version.ts";
import type { OpenMemory, Surroundings } from "../../memory/open.ts";
import { engineInfo, findEngine } from "../../mesh/engine/find.ts";
import { ZENOH_VERSION } from "../../mesh/engine/target.ts";
import { enginePlaces } from "../engine_places.ts";
import { endsSoon } from "../../trust/validity.ts";
import type { PeerFacts } from "../peer_facts.ts";
import { type Check, pass, trouble } from "./check.ts";

/** After how long a record that has not gone out, and a mesh that was not compared with, are worth a word. */
const WAITING: Micros = 15 * MINUTE;
const UNCOMPARED: Micros = DAY;
/** Whether the router is what it should be. */
export async function checkEngine(around: Surroundings): Promise<Check> {
  const { origin, digest } = await engineInfo(await findEngine(enginePlaces(around), around.random));
  return pass("router", `Zenoh ${ZENOH_VERSION}, ${origin}, verified (${digest.slice(0, 12)})`);
}

/** Whether the peer runs and reaches somebody. */
export function checkPeer(facts: PeerFacts, mode: string): Check {
  const name = "peer";
  if (!facts.peer_runs) {
    return trouble(
      name,
      "warn",
      `none runs, so nothing is shared; ${facts.waiting} records wait`,
      "kioku-mesh peer (or: kioku-mesh peer install)",
    );
  }
  if (!facts.router_up) {
    return trouble(name, "fail", "its router is down", "Look at what `kioku-mesh peer` says.");
  }
  if (mode === "spoke" && facts.connected.length === 0) {
    return trouble(
      name,
      "warn",
      "it reaches no hub",
      "Check `connect` in config.yaml, and that the hub's peer runs.",
    );
  }
  return pass(name, `running, router up, ${facts.connected.length} hosts connected`);
}

/** Whether what was saved goes out. */
export function checkOutbox(facts: PeerFacts, now: Micros): Check {
  const name = "outbox";
  const since = facts.waiting_since === null ? undefined : parseTime(facts.waiting_since);
  if (facts.peer_runs && since !== undefined && now - since > WAITING) {
    const minutes = Math.floor((now - since) / MINUTE);
    return trouble(
      name,
      "warn",
      `${facts.waiting} records wait, the oldest for ${minutes} minutes`,
      "kioku-mesh peer status",
    );
  }
  if (facts.unshared > 0) {
    return trouble(
      name,
      "warn",
      `${facts.unshared} records are not shared`,
      facts.warning ?? "kioku-mesh peer status",
    );
  }
  return pass(name, facts.waiting === 0 ? "empty" : `${facts.waiting} records on their way`);
}

/** Whether this host has what the mesh has. */
export function checkReconciled(facts: PeerFacts, now: Micros): Check {
  const name = "comparison";
  const last = facts.last_reconcile === null ? undefined : parseTime(facts.last_reconcile);
  if (last === undefined) {
    return trouble(name, "warn", "this host was never compared with the mesh", "kioku-mesh sync");
  }
  if (now - last > UNCOMPARED) {
    const hours = Math.floor((now - last) / HOUR);
    return trouble(
      name,
      "warn",
      `this host was compared with the mesh ${hours} hours ago`,
      "kioku-mesh sync",
    );
  }
  return pass(name, `with the mesh at ${facts.last_reconcile?.slice(0, 19)}Z`);
}

/** Whether the hosts that are there run the same version. */
export function checkVersions(facts: PeerFacts): Check {
  const name = "versions";
  const others = facts.hosts.filter(({ version }) => version !== VERSION);
  if (others.length === 0) {
    return pass(name, `${VERSION} here and on ${facts.hosts.length} other hosts in sight`);
  }
  return trouble(
    name,
    "warn",
    `${others.length} hosts run another version than ${VERSION}`,
    "Update the older ones.",
    { details: others.map(({ name: host, version }) => `${host}: ${version}`) },
  );
}

/** Whether the certificates can be used, and for how long; undefined where links are plain. */
export async function checkCertificates({ host, clock }: OpenMemory): Promise<Check | undefined> {
  const name = "certificates";
  const folder = host.tls;
  if (folder === undefined) return undefined;
  const { inspectAuthority, inspectCertificate } = await import("../../tls/inspect.ts");
  const now = clock();
  const found = [inspectAuthority(folder, now), await inspectCertificate(folder, now)];
  const details: string[] = [];
  let ends = Infinity;
  let soon = false;
  for (const one of found) {
    if (one === undefined) continue;
    ends = Math.min(ends, one.granted.notAfter);
    soon ||= endsSoon(one.granted, now);
    details.push(...one.problems.map((problem) => `${one.path}: ${problem}`));
  }
  if (found.includes(undefined)) details.push(`${folder} has not both ca.crt and peer.crt`);
  const [first] = details;
  if (first !== undefined) {
    return trouble(
      name,
      "fail",
      first,
      "kioku-mesh tls info (then tls enroll, or tls request and tls install)",
      { details },
    );
  }
  const days = Math.floor((ends - now) / DAY);
  if (soon) {
    return trouble(
      name,
      "warn",
      `the first to end does so in ${days} days`,
      "kioku-mesh tls renew",
    );
  }
  return pass(name, `valid for ${days} days`);
}
