/**
 * Measures a hub and two spokes on this host, each peer a process with a real router, and beside them two clients of Python
 * 1.2.0 on the hub's router, in the same run: how long a save takes to be there on another host, a burst, what was missed
 * during an absence, and what each costs while nothing happens. Linux only. KIOKU_MESH_ENGINE_DIR names the engine,
 * KIOKU_PYTHON a Python with kioku-mesh 1.2.0; the argument is the size of the burst, 10,000 when not given.
 */
import { quantile } from "../quantile.ts";
import { count, has } from "./records.ts";
import { print } from "../print.ts";
import { freePort } from "../../lib/mesh/ports.ts";
import { FaultHost } from "../../tests/mesh/support/fault_host.ts";
import { until } from "../../tests/mesh/support/host.ts";
import { save, saveElsewhere } from "../../tests/mesh/support/peers.ts";
import { idleCosts } from "./idle_cost.ts";
import { PythonClient } from "./python_client.ts";
import { chart, type Compared, table } from "./report.ts";

const burst = Number(Deno.args[0] ?? "10000");
const IDLE_SECONDS = 20;
const SAVES = 200;
const ABSENCE = 1_000;
const PLOT = new URL("../../docs/bench/mesh.svg", import.meta.url);

const port = freePort();
const endpoint = `tcp/127.0.0.1:${port}`;
await using hub = new FaultHost("hub", String(port), "-");
await using one = new FaultHost("spoke", "-", endpoint);
await using other = new FaultHost("spoke", "-", endpoint);
const hosts = [hub, one, other];
for (const host of hosts) host.start();
await until(
  "all have caught up",
  () => hosts.every(({ status }) => status.includes(`"catchingUp":false`)),
  30_000,
);
await using writer = new PythonClient(endpoint);
await using reader = new PythonClient(endpoint);
await writer.start();
await reader.start();

const figures: Compared[] = [];
/** When what `steady` looks at changed last. */
let lastChange = 0;

await propagation();
await bursts();
await absences();
print(await joining());
await pause(5_000);
await idle();
print(table(figures));
Deno.writeTextFileSync(
  PLOT,
  chart(
    figures,
    "The mesh",
    "shorter is better; blue: kioku-mesh 2.0, grey: Python 1.2.0 on the same router",
  ),
);

/** Time from the call of a save until the record is in the database of another host, in turn. */
async function propagation(): Promise<void> {
  const ours: number[] = [];
  const python: number[] = [];
  for (let n = 0; n < SAVES; n++) {
    await pause(Math.random() * 100);
    const start = performance.now();
    const id = save(one.memory, `propagation ${n}`);
    ours.push(await since(start, () => has(other.memory.store, id)));
    const theirStart = performance.now();
    const theirs = await writer.save(`propagation ${n}`);
    python.push(await since(theirStart, () => reader.has(theirs)));
  }
  for (const [name, part] of [["p50", 0.5], ["p95", 0.95], ["most", 1]] as const) {
    figures.push({
      name: `a save is seen elsewhere, ${name}`,
      unit: "ms",
      ours: quantile(ours, part),
      python: quantile(python, part),
    });
  }
}

async function bursts(): Promise<void> {
  const name = (what: string) => `burst of ${burst.toLocaleString("en")}: ${what}`;
  const before = count(hub.memory.store);
  const start = performance.now();
  const times = await saveElsewhere(one.folder, burst);
  const saved = performance.now();
  const all = (host: FaultHost) => count(host.memory.store) >= before + burst;
  await until("the burst is everywhere", () => all(hub) && all(other), 300_000);
  const there = performance.now();
  await until("all is confirmed", () => one.waiting === 0, 300_000);
  print(`our burst is confirmed ${Math.round(performance.now() - saved)} ms after the last answer`);
  // Both readers have what came so far.
  await until("Python's reader is done with it", steady(() => reader.count), 300_000);

  const theirBefore = reader.count;
  const theirStart = performance.now();
  const theirTimes = await writer.burst(burst);
  const theirSaved = performance.now();
  await until("Python's burst is everywhere, or nothing more comes", steady(() => reader.count), 300_000);
  const theirThere = Math.max(theirSaved, lastChange);
  const lost = theirBefore + burst - reader.count;
  print(`of Python's burst ${lost} records never came to its other client`);
  figures.push(
    { name: name("a save, p50"), unit: "ms", ours: quantile(times, 0.5), python: quantile(theirTimes, 0.5) },
    {
      name: name("a save, p99"),
      unit: "ms",
      ours: quantile(times, 0.99),
      python: quantile(theirTimes, 0.99),
    },
    {
      name: name("all saved"),
      unit: "s",
      ours: (saved - start) / 1000,
      python: (theirSaved - theirStart) / 1000,
    },
    {
      name: name("there after the last answer"),
      unit: "s",
      ours: (there - saved) / 1000,
      python: (theirThere - theirSaved) / 1000,
    },
  );
}

/** What a host has to catch up with that was away. */
async function absences(): Promise<void> {
  await other.kill();
  await reader.kill();
  await saveElsewhere(one.folder, ABSENCE, "absence");
  const all = count(one.memory.store);
  const start = performance.now();
  other.start();
  await until("it has caught up", () => count(other.memory.store) >= all, 120_000);
  const ours = performance.now() - start;
  await until("the hub has all", () => count(hub.memory.store) >= all, 60_000);
  const theirStart = performance.now();
  await reader.start();
  const python = performance.now() - theirStart;
  figures.push({
    name: `${ABSENCE.toLocaleString("en")} of ${all.toLocaleString("en")} missed: there after a start`,
    unit: "s",
    ours: ours / 1000,
    python: python / 1000,
  });
}

async function joining(): Promise<string> {
  await using fresh = new FaultHost("spoke", "-", endpoint);
  const all = count(hub.memory.store);
  const start = performance.now();
  fresh.start();
  await until("it has all", () => count(fresh.memory.store) >= all, 300_000);
  const took = Math.round(performance.now() - start);
  return `a new spoke that joins a mesh of ${all} records has them all ${took} ms after its start`;
}

async function idle(): Promise<void> {
  const processes = [
    ["hub peer", hub.pid],
    ["hub router", hub.router],
    ["spoke peer", one.pid],
    ["spoke router", one.router],
    ["Python client", reader.pid],
  ] as const;
  const costs = await idleCosts(processes.map(([, pid]) => pid ?? 0), IDLE_SECONDS);
  for (const [n, [name]] of processes.entries()) {
    const { cpu = NaN, memory = NaN } = costs[n] ?? {};
    print(`idle ${name}: ${cpu.toFixed(2)} % of a core, ${Math.round(memory)} MiB`);
  }
  const [, , peer, router, python] = costs;
  if (peer === undefined || router === undefined || python === undefined) return;
  figures.push(
    {
      name: "idle spoke (peer and router): a core",
      unit: "%",
      ours: peer.cpu + router.cpu,
      python: python.cpu,
    },
    { name: "idle spoke: memory", unit: "MiB", ours: peer.memory + router.memory, python: python.memory },
  );
}

async function since(start: number, there: () => boolean): Promise<number> {
  while (!there()) {
    if (performance.now() - start > 30_000) throw new Error("A record was not there within 30 s.");
    await pause(1);
  }
  return performance.now() - start;
}

/** A condition that holds when a number has not changed for two seconds. */
function steady(value: () => number): () => boolean {
  let last = NaN;
  lastChange = performance.now();
  return () => {
    const now = value();
    if (now !== last) [last, lastChange] = [now, performance.now()];
    return performance.now() - lastChange > 2_000;
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
