/**
 * Measures what certificates, access control and signatures cost: four meshes of a hub and two spokes on this host, in the same run
 * and in turn, each with one thing more. KIOKU_MESH_ENGINE_DIR names the engine; the argument is the size of a
 * burst, 5,000 when not given.
 */
import { quantile } from "../quantile.ts";
import { count, has } from "./records.ts";
import { print } from "../print.ts";
import type { MemoryContext } from "../../lib/memory/context.ts";
import { MESH } from "../../lib/core/scope.ts";
import { freePort } from "../../lib/mesh/ports.ts";
import { FaultHost, THIS_VERSION } from "../../tests/mesh/support/fault_host.ts";
import { until } from "../../tests/mesh/support/host.ts";
import { save } from "../../tests/mesh/support/peers.ts";
import { hostOf } from "../../tests/support/trust.ts";
import { usage } from "../soak/usage.ts";
import { accessFor, Issuer } from "../../tests/mesh/support/secured.ts";

const burst = Number(Deno.args[0] ?? "5000");
const SAVES = 200;
const ROUNDS = 7;

/** What peer_process.ts is told. */
type Parts = Readonly<Record<string, unknown>>;

/** A hub and two spokes. */
interface Mesh {
  readonly name: string;
  readonly hub: FaultHost;
  readonly one: FaultHost;
  readonly other: FaultHost;
  /** The memory of the first spoke as an agent has it there. */
  readonly memory: MemoryContext;
  readonly propagation: number[];
  readonly bursts: number[];
  readonly cpu: number[];
}

using issuer = await Issuer.make();
const holders = [await issuer.issue("hub"), await issuer.issue("one"), await issuer.issue("other")];
const access = accessFor(holders, [MESH]);
const meshes = [
  mesh("plain", () => ({})),
  mesh("mTLS", linked),
  mesh("and access control", (n) => ({ ...linked(n), ...(n === 0 ? { access } : {}) })),
  mesh("and signatures", (n) => ({
    ...linked(n),
    ...(n === 0 ? { access } : {}),
    trust: { ...holders[n]?.signing, signatures: "mark" },
  })),
];
try {
  for (const { hub, one, other } of meshes) for (const host of [hub, one, other]) host.start();
  const hosts = meshes.flatMap(({ hub, one, other }) => [hub, one, other]);
  const caughtUp = () => hosts.every(({ status }) => status.includes(`"catchingUp":false`));
  await until("all have caught up", caughtUp, 60_000);
  await propagation();
  for (let round = 0; round < ROUNDS; round++) for (const each of meshes) await burstThrough(each, round);
  report();
} finally {
  for (const { hub, one, other } of meshes) {
    for (const host of [one, other, hub]) await host[Symbol.asyncDispose]();
  }
}

function linked(n: number): Parts {
  const { tls, pcId } = holders[n] ?? {};
  return { tls, pcId };
}

function mesh(name: string, parts: (n: number) => Parts): Mesh {
  const port = freePort();
  const endpoint = `${name === "plain" ? "tcp" : "tls"}/127.0.0.1:${port}`;
  const program = (n: number) => ({
    ...THIS_VERSION,
    env: { ...THIS_VERSION.env, KIOKU_PEER_PARTS: JSON.stringify(parts(n)) },
  });
  const one = new FaultHost("spoke", "-", endpoint, 0, program(1));
  const { pcId = one.memory.identity.pcId, signing } = holders[1] ?? {};
  const signs = name === "and signatures" && signing !== undefined;
  return {
    name,
    hub: new FaultHost("hub", String(port), "-", 0, program(0)),
    one,
    memory: signs
      ? {
        ...one.memory,
        identity: { ...one.memory.identity, pcId },
        settings: { ...one.memory.settings, signatures: "mark" },
        signer: hostOf(signing.pem, signing.key).signer,
      }
      : one.memory,
    other: new FaultHost("spoke", "-", endpoint, 0, program(2)),
    propagation: [],
    bursts: [],
    cpu: [],
  };
}

/** Time from the call of a save until the record is in the database of another spoke. Milliseconds. */
async function propagation(): Promise<void> {
  for (let n = 0; n < SAVES; n++) {
    for (const { memory, other, propagation } of meshes) {
      await pause(Math.random() * 50);
      const start = performance.now();
      const id = save(memory, `propagation ${n}`);
      while (!has(other.memory.store, id)) await pause(1);
      propagation.push(performance.now() - start);
    }
  }
}

/** Time from the first save of a burst until all is on both other hosts and confirmed, and what the hub's router used. */
async function burstThrough({ hub, one, other, memory, bursts, cpu }: Mesh, round: number): Promise<void> {
  const before = count(hub.memory.store);
  const used = usage(hub.router ?? 0).cpu;
  const start = performance.now();
  for (let n = 0; n < burst; n++) {
    save(
      memory,
      `burst ${round}, ${n}: what one process saves in one go, with some words to be as long as a memory is`,
    );
  }
  const all = (host: FaultHost) => count(host.memory.store) >= before + burst;
  await until("the burst is everywhere", () => all(hub) && all(other) && one.waiting === 0, 300_000);
  bursts.push(performance.now() - start);
  cpu.push(1000 * (usage(hub.router ?? 0).cpu - used));
}

function report(): void {
  const [plain] = meshes;
  if (plain === undefined) return;
  print(`| | ${meshes.map(({ name }) => name).join(" | ")} |`);
  print(`|---|${meshes.map(() => "---|").join("")}`);
  for (const [name, part] of [["p50", 0.5], ["p95", 0.95]] as const) {
    row(
      `a save is on another spoke, ${name} (ms)`,
      ({ propagation }) => quantile(propagation, part),
      (mesh) => quantile(mesh.propagation, part) / quantile(plain.propagation, part),
    );
  }
  const inTurn = (of: (mesh: Mesh) => readonly number[]) => (mesh: Mesh) =>
    quantile(of(mesh).map((value, round) => value / (of(plain)[round] ?? NaN)), 0.5);
  row(
    `${burst.toLocaleString("en")} saves, until all are everywhere and confirmed (ms)`,
    ({ bursts }) => quantile(bursts, 0.5),
    inTurn(({ bursts }) => bursts),
  );
  row("the hub's router for that, processor (ms)", ({ cpu }) => quantile(cpu, 0.5), inTurn(({ cpu }) => cpu));
}

/** A line of the table; the ratio is to the plain mesh, of bursts the median of the ratios of each round. */
function row(name: string, value: (mesh: Mesh) => number, ratio: (mesh: Mesh) => number): void {
  const cells = meshes.map((each) =>
    `${value(each).toFixed(value(each) < 100 ? 1 : 0)} (${ratio(each).toFixed(2)})`
  );
  print(`| ${name} | ${cells.join(" | ")} |`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
