/**
 * Leaves a hub, a spoke and an MCP server alone for an hour, with 1,000 records in the mesh, and says whether their memory,
 * processor time and open files stay as they are. Linux only. KIOKU_BIN names the executable, without it the source runs
 * (and KIOKU_MESH_ENGINE_DIR must name the engine); the arguments are how long that is and how often it is looked at,
 * in seconds, and where the diagram goes.
 */
import { print } from "../print.ts";
import { parseArgs } from "node:util";
import { startServer } from "../../tests/e2e/support/mcp.ts";
import { newHome } from "../../tests/e2e/support/program.ts";
import { routerOf, setUp, start } from "../../tests/mesh/support/command.ts";
import { ENGINE_FOLDER, until } from "../../tests/mesh/support/host.ts";
import { saveElsewhere } from "../../tests/mesh/support/peers.ts";
import { ends, isFlat, type Series } from "./flat.ts";
import { type Panel, plot } from "./plot.ts";
import { type Usage, usage } from "./usage.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string", default: "3600" },
    every: { type: "string", default: "30" },
    plot: { type: "string", default: "docs/bench/idle.svg" },
  },
});
const seconds = Number(values.seconds);
const every = Number(values.every);
const RECORDS = 1000;

/** What a quantity may grow by from the first sixth to the last: a part of it, and so much in its unit besides. */
const QUANTITIES = [
  { title: "resident memory, MiB", digits: 1, part: 0.05, besides: 0 },
  // A sample counts whole ticks of 10 ms, and others use this machine too.
  { title: "processor, % of a core", digits: 2, part: 0.25, besides: 0.1 },
  { title: "open files", digits: 0, part: 0, besides: 0 },
] as const;

const variables: Record<string, string> = { KIOKU_MESH_AGENT_FAMILY: "claude", KIOKU_MESH_CLIENT_ID: "idle" };
if (ENGINE_FOLDER !== undefined) variables.KIOKU_MESH_ENGINE_DIR = ENGINE_FOLDER;
using hub = newHome(variables);
using spoke = newHome(variables);
await setUp(hub, spoke);
await using hubPeer = start(hub, ["peer"]);
await using spokePeer = start(spoke, ["peer"]);
await spokePeer.line(/caught up/);
const folder = { path: hub.state, at: (...names: string[]) => [hub.state, ...names].join("/") };
await saveElsewhere({ ...folder, [Symbol.dispose]: () => {} }, RECORDS, "idle");
const server = startServer(spoke);
await server.initialize("2025-06-18");
await server.request("tools/list");
const search = { name: "search_memory", arguments: { query: "process" } };
await until("the spoke has all records", async () => {
  return JSON.parse(await spoke.ok(["status", "--json"])).observations_live === RECORDS;
}, 60_000);
const found = await server.request("tools/call", search);
if (found.error !== undefined) throw new Error(found.error.message);

const processes = [
  ["hub peer", hubPeer.pid],
  ["hub router", routerOf(hub)],
  ["spoke peer", spokePeer.pid],
  ["spoke router", routerOf(spoke)],
  ["MCP server", server.pid],
] as const;
const samples = new Map<string, Usage[]>(processes.map(([name]) => [name, []]));
const begun = performance.now();
for (let n = 0; n <= Math.floor(seconds / every); n++) {
  const wait = begun + n * every * 1000 - performance.now();
  await new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, wait)));
  for (const [name, pid] of processes) samples.get(name)?.push(usage(pid ?? 0));
}
await server.end();

const panels: Panel[] = [
  { title: QUANTITIES[0].title, series: seriesOf((all) => all.map(({ memory }) => memory)) },
  {
    title: QUANTITIES[1].title,
    series: seriesOf((all) => all.slice(1).map(({ cpu }, n) => (cpu - (all[n]?.cpu ?? 0)) / every * 100)),
  },
  { title: QUANTITIES[2].title, series: seriesOf((all) => all.map(({ files }) => files)) },
];
let flat = true;
print(`| process | quantity | first sixth | last sixth | |\n|---|---|---|---|---|`);
for (const [n, { title, digits, part, besides }] of QUANTITIES.entries()) {
  for (const series of panels[n]?.series ?? []) {
    const { first, last } = ends(series);
    const good = isFlat(series, part, besides);
    flat &&= good;
    print(
      `| ${series.name} | ${title} | ${first.toFixed(digits)} | ${last.toFixed(digits)} | ${
        good ? "flat" : "GROWS"
      } |`,
    );
  }
}
const minutes = seconds / 60;
Deno.writeTextFileSync(
  values.plot,
  plot(
    panels,
    minutes,
    `Idle for ${Math.round(minutes)} minutes`,
    `a hub, a spoke and an MCP server, ${RECORDS} records, a sample every ${every} s`,
  ),
);
print(flat ? "flat" : "NOT FLAT");
if (!flat) Deno.exitCode = 1;

function seriesOf(values: (all: readonly Usage[]) => number[]): Series[] {
  return [...samples].map(([name, all]) => ({ name, values: values(all) }));
}
