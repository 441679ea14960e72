/**
 * A hub and many spokes on this machine, each a peer's process with a real router: all save at the same time, some delete, some
 * are killed and come back; then every host must have the same set, all that was acknowledged in it. Linux only.
 * KIOKU_MESH_ENGINE_DIR names the engine; the arguments are the number of spokes and of records that each saves.
 */
import { print } from "../print.ts";
import { parseArgs } from "node:util";
import { deleteMemory } from "../../lib/memory/delete.ts";
import { freePort } from "../../lib/mesh/ports.ts";
import { FaultHost } from "../../tests/mesh/support/fault_host.ts";
import { until } from "../../tests/mesh/support/host.ts";
import { save, saveElsewhere } from "../../tests/mesh/support/peers.ts";
import { idleCosts } from "../mesh/idle_cost.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: { spokes: { type: "string", default: "12" }, records: { type: "string", default: "100" } },
});
const records = Number(values.records);
const IDLE_SECONDS = 20;
const LONGEST_MS = 300_000;

const port = freePort();
await using stack = new AsyncDisposableStack();
const hub = stack.use(new FaultHost("hub", String(port), "-"));
const spokes = Array.from(
  { length: Number(values.spokes) },
  () => stack.use(new FaultHost("spoke", "-", `tcp/127.0.0.1:${port}`)),
);
const hosts = [hub, ...spokes];

const first = hosts.map((host) => save(host.memory, "there before it joined"));
print(
  await timed("all hosts join", async () => {
    for (const host of hosts) host.start();
    await equal(hosts.length);
  }),
);
print(
  await timed(`all save ${records} at the same time`, async () => {
    await Promise.all(hosts.map((host, n) => saveElsewhere(host.folder, records, `host ${n}`)));
    await equal(hosts.length * (1 + records));
  }),
);
print(
  await timed("one save is on all hosts", async () => {
    const id = save(spokes[0]?.memory ?? hub.memory, "one more");
    await until("it is everywhere", () => hosts.every((host) => host.stateOf(id) === "live"), LONGEST_MS);
  }),
);
const away = spokes.filter((_, n) => n % 3 === 0);
print(
  await timed(
    `${away.length} are killed, ${records} saved and 1 deleted on each meanwhile, and come back`,
    async () => {
      await Promise.all(away.map((host) => host.kill()));
      await Promise.all(hosts.map((host, n) => saveElsewhere(host.folder, records, `later ${n}`)));
      // Each deletes what the next one saved.
      for (const [n, host] of hosts.entries()) {
        deleteMemory(host.memory, first[(n + 1) % first.length] ?? "", "");
      }
      for (const host of away) host.start();
      await equal(2 * hosts.length * records + 1);
    },
  ),
);
await until("nothing waits", () => hosts.every(({ waiting }) => waiting === 0), LONGEST_MS);
const all = hub.records;
print(
  `${hosts.length} hosts have the same ${all.length} records, of them ${
    all.filter((line) => line.startsWith("t")).length
  } deletions`,
);

await new Promise<void>((resolve) => setTimeout(resolve, 10_000));
const costs = await idleCosts(hosts.flatMap(({ pid, router }) => [pid ?? 0, router ?? 0]), IDLE_SECONDS);
const shown = (name: string, cost: (typeof costs)[number] | undefined) =>
  `${name} ${cost?.cpu.toFixed(2)} % of a core, ${Math.round(cost?.memory ?? 0)} MiB`;
print(
  `idle: ${shown("hub's peer", costs[0])}; ${shown("its router", costs[1])}; ` +
    `${shown("a spoke's peer", costs[2])}; ${shown("its router", costs[3])}; ` +
    `all ${Math.round(costs.reduce((sum, { memory }) => sum + memory, 0))} MiB`,
);

/** Waits until all hosts have the same set, with so many live memories. */
async function equal(memories: number): Promise<void> {
  await until("all hosts have the same", () => {
    const [one = [], ...others] = hosts.map((host) => host.records);
    const live = one.filter((line) => line.startsWith("o")).length;
    return live === memories && others.every((set) => set.join() === one.join());
  }, LONGEST_MS);
}

async function timed(what: string, run: () => Promise<void>): Promise<string> {
  const start = performance.now();
  await run();
  return `${what}: ${((performance.now() - start) / 1000).toFixed(2)} s`;
}
