/**
 * Measures a hub and two spokes on this host, each peer a process with a real router: how long a save takes to be there on
 * another host, a burst, what was missed during an absence, and what the peers cost while nothing happens. Linux only
 * for the last. KIOKU_MESH_ENGINE_DIR names the engine; the argument is the size of the burst, 10,000 when not given.
 */
import type { Store } from "../../lib/store/store.ts";
import { freePort } from "../../lib/mesh/ports.ts";
import { FaultHost } from "../../tests/mesh/support/fault_host.ts";
import { until } from "../../tests/mesh/support/host.ts";
import { save, saveElsewhere } from "../../tests/mesh/support/peers.ts";
import { processCost } from "./process_cost.ts";

const burst = Number(Deno.args[0] ?? "10000");
const IDLE_SECONDS = 20;
const SAVES = 200;

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

print(`propagation, spoke to spoke: ${await propagation()}`);
print(await burstThrough());
print(await absence());
print(await joining());
await pause(5_000);
for (const [name, host] of [["hub", hub], ["spoke", one]] as const) {
  print(`idle ${name}: ${await processCost(host.pid, host.router, IDLE_SECONDS)}`);
}

/** Time from the answer to a save until the record is in the database of another host. */
async function propagation(): Promise<string> {
  const times: number[] = [];
  for (let n = 0; n < SAVES; n++) {
    await pause(Math.random() * 100);
    const id = save(one.memory, `propagation ${n}`);
    const start = performance.now();
    while (!has(other.memory.store, id)) await pause(1);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return `p50 ${at(times, 0.5)} ms, p95 ${at(times, 0.95)} ms, most ${at(times, 1)} ms of ${SAVES}`;
}

async function burstThrough(): Promise<string> {
  const before = count(hub.memory.store);
  const start = performance.now();
  const times = await saveElsewhere(one.folder, burst);
  const saved = performance.now();
  const all = (host: FaultHost) => count(host.memory.store) === before + burst;
  await until("the burst is everywhere", () => all(hub) && all(other), 300_000);
  const there = performance.now();
  await until("all is confirmed", () => one.waiting === 0, 300_000);
  const confirmed = performance.now();
  const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;
  return `burst of ${burst} from one process: saved in ${seconds(start, saved)} (a save: p50 ${
    at(times, 0.5)
  }, ` +
    `p95 ${at(times, 0.95)}, p99 ${at(times, 0.99)}, most ${at(times, 1)} ms), on both others ${
      seconds(saved, there)
    } ` +
    `and confirmed ${seconds(saved, confirmed)} after the last answer`;
}

async function absence(): Promise<string> {
  await other.kill();
  await saveElsewhere(one.folder, 1000, "absence");
  const all = count(one.memory.store);
  const start = performance.now();
  other.start();
  await until("it has caught up", () => count(other.memory.store) === all, 120_000);
  return `1,000 records missed by a spoke: there ${Math.round(performance.now() - start)} ms after its start`;
}

async function joining(): Promise<string> {
  await using fresh = new FaultHost("spoke", "-", endpoint);
  const all = count(hub.memory.store);
  const start = performance.now();
  fresh.start();
  await until("it has all", () => count(fresh.memory.store) === all, 300_000);
  return `a new spoke that joins a mesh of ${all} records: all there ${
    Math.round(performance.now() - start)
  } ms ` +
    "after its start";
}

function has(store: Store, id: string): boolean {
  return store.get("SELECT 1 FROM observation WHERE id = ? AND scope = 'mesh'", [id], () => true) ?? false;
}

function count(store: Store): number {
  return store.get("SELECT count(*) AS n FROM observation", [], (row) => Number(row.n)) ?? 0;
}

function at(sorted: readonly number[], part: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN).toFixed(1);
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
