/** Something to be measured: each call gives one value. */
export type Sample = () => number | Promise<number>;

/** The medians of both sides. */
export interface Pair {
  readonly ours: number;
  readonly python: number;
}

/** Measures both sides in turn, round after round, so that a slow minute of the machine hits both. */
export async function inTurn(rounds: number, ours: Sample, python: Sample): Promise<Pair> {
  const values: { ours: number[]; python: number[] } = { ours: [], python: [] };
  for (let round = 0; round < rounds; round++) {
    values.ours.push(await ours());
    values.python.push(await python());
  }
  return { ours: median(values.ours), python: median(values.python) };
}

/** The middle value; of an even number of values the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (low === undefined || high === undefined) throw new RangeError("Cannot take the median of nothing.");
  return (low + high) / 2;
}

/** Runs a command to its end and gives its wall time in milliseconds. Throws when it fails or finds nothing. */
export async function wallTime(command: readonly string[], env: Record<string, string>): Promise<number> {
  const [path = "", ...args] = command;
  const start = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(path, {
    args,
    env,
    clearEnv: true,
    cwd: env["HOME"],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const time = performance.now() - start;
  const text = new TextDecoder().decode(stdout);
  if (code === 0 && !text.startsWith("No matching")) return time;
  throw new Error(`\`${command.join(" ")}\` ended with ${code}: ${text}${new TextDecoder().decode(stderr)}`);
}
