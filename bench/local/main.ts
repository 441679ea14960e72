/**
 * Compares the executable with the Python version, side by side in one run: `deno task bench`. Prints a table of ratios,
 * draws docs/bench/local.svg and ends with 1 when a target is missed. Takes some minutes; needs python3 and its registry.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chart } from "./chart.ts";
import { inTurn, median, type Pair, type Sample, wallTime } from "./measure.ts";
import { ours, type Program, python, surroundings } from "./programs.ts";
import { fillPythonState, RARE_WORD } from "./records.ts";
import { type Figure, isKept, table } from "./report.ts";
import { type Started, startServer } from "./server.ts";

const ROUNDS = 15;
const SLOW_ROUNDS = 7;
const PICTURE = fileURLToPath(new URL("../../docs/bench/local.svg", import.meta.url));

const SAVE = [
  "save",
  `A note about the ${RARE_WORD} of the session registry`,
  "--subject",
  "Quorum",
  "--summary",
  "One sentence",
];
const SEARCH = ["search", RARE_WORD];

let homes = 0;
const folder = Deno.makeTempDirSync({ prefix: "kioku-bench-" });
try {
  const mesh = ours();
  say("Installing the Python version into a throw-away environment …");
  const rival = python(join(folder, "python"));
  const figures = [
    ...await compareAt("empty store", 0, ROUNDS, 0.4, mesh, rival),
    ...await compareAt("10,000 records", 10_000, SLOW_ROUNDS, 0.1, mesh, rival),
    ...await compareServers(mesh, rival),
  ];
  const opening = await compareOpening(mesh);
  say("", table(figures, rival.name));
  say("", table([opening], "at 10 records"));
  const subtitle = "Medians, runs in turn. Grey: the Python version. Mark: the target.";
  Deno.mkdirSync(join(PICTURE, ".."), { recursive: true });
  Deno.writeTextFileSync(PICTURE, chart(figures, `kioku-mesh against ${rival.name}, local mode`, subtitle));
  Deno.exitCode = [...figures, opening].every(isKept) ? 0 : 1;
} finally {
  Deno.removeSync(folder, { recursive: true });
}

async function compareAt(
  where: string,
  records: number,
  rounds: number,
  target: number,
  mesh: Program,
  rival: Program,
): Promise<Figure[]> {
  const run = (program: Program, args: readonly string[], env: Record<string, string>): Sample => () =>
    wallTime([...program.cli, ...args], env);
  say(`Comparing save and search: ${where} …`);
  const here = homeWith(records);
  const there = homeWith(records);
  // The first runs take over or index what is there.
  const first = await wallTime([...mesh.cli, ...SAVE], here);
  await wallTime([...rival.cli, ...SAVE], there);
  if (records > 0) {
    say(`First start of kioku-mesh at ${where} of Python's, taking them over: ${first.toFixed(0)} ms`);
  }
  const save = await inTurn(rounds, run(mesh, SAVE, here), run(rival, SAVE, there));
  const search = await inTurn(rounds, run(mesh, SEARCH, here), run(rival, SEARCH, there));
  return [figure(`save, ${where}`, "ms", save, target), figure(`search, ${where}`, "ms", search, target)];
}

async function compareServers(mesh: Program, rival: Program): Promise<Figure[]> {
  say("Comparing MCP servers …");
  const memory: Record<"ours" | "python", number[]> = { ours: [], python: [] };
  const start = (program: Program, side: "ours" | "python"): Sample => {
    const env = homeWith(0);
    return async () => {
      const started: Started = await startServer(program.mcp, env);
      if (started.memory !== undefined) memory[side].push(started.memory);
      return started.time;
    };
  };
  const time = await inTurn(SLOW_ROUNDS, start(mesh, "ours"), start(rival, "python"));
  const figures = [figure("MCP, start to tool list", "ms", time, 0.25)];
  if (memory.ours.length === 0 || memory.python.length === 0) return figures;
  const resident = { ours: median(memory.ours), python: median(memory.python) };
  return [...figures, figure("MCP, idle memory", "MiB", resident, 1)];
}

/** Our own opening at 100,000 records against that at 10; the target leaves room for what the machine does besides. */
async function compareOpening(mesh: Program): Promise<Figure> {
  say("Comparing our own opening …");
  const few = homeWith(10);
  const many = homeWith(100_000);
  const open = (env: Record<string, string>): Sample => () =>
    wallTime([...mesh.cli, "drain", "--pending"], env);
  await open(few)();
  const first = await open(many)();
  say(`First start of kioku-mesh at 100,000 records of Python's, taking them over: ${first.toFixed(0)} ms`);
  const { ours, python } = await inTurn(ROUNDS, open(many), open(few));
  return { name: "open, 100,000 records", unit: "ms", ours, other: python, target: 1.2 };
}

/** An environment with a new home, whose state folder holds so many records of Python's. */
function homeWith(records: number): Record<string, string> {
  const home = join(folder, `home-${homes++}`);
  const state = join(home, "state");
  Deno.mkdirSync(state, { recursive: true });
  if (records > 0) fillPythonState(state, records);
  return surroundings(home, state);
}

function figure(name: string, unit: Figure["unit"], { ours, python }: Pair, target: number): Figure {
  return { name, unit, ours, other: python, target };
}

function say(...lines: string[]): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
}
