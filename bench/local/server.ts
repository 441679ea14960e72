import { TextLineStream } from "./lines.ts";

/** What a server that has just told its tools has taken. */
export interface Started {
  /** From the start of the process to the whole list of tools, in milliseconds. */
  readonly time: number;
  /** Resident memory some time after that, in MiB; undefined where there is no ps. */
  readonly memory: number | undefined;
}

/** How long a server is left alone before its memory is read, in milliseconds. */
const IDLE = 500;

/** Starts an MCP server as a client does, up to its tools, and ends it. */
export async function startServer(command: readonly string[], env: Record<string, string>): Promise<Started> {
  const [path = "", ...args] = command;
  const start = performance.now();
  const child = new Deno.Command(path, {
    args,
    env,
    clearEnv: true,
    cwd: env["HOME"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const say = (message: object) =>
    input.write(new TextEncoder().encode(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`));
  const answerTo = async (id: number) => {
    for (;;) {
      const { value, done } = await output.read();
      if (done) throw new Error(`\`${command.join(" ")}\` ended before it answered.`);
      const message = JSON.parse(value);
      if (message.id === id) return message.result;
    }
  };
  try {
    await say({
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "bench", version: "1" },
      },
    });
    await answerTo(1);
    await say({ method: "notifications/initialized" });
    await say({ id: 2, method: "tools/list", params: {} });
    const { tools } = await answerTo(2);
    const time = performance.now() - start;
    if (tools.length === 0) throw new Error(`\`${command.join(" ")}\` has no tools.`);
    await new Promise((resolve) => setTimeout(resolve, IDLE));
    return { time, memory: residentMemory(child.pid) };
  } finally {
    await input.close().catch(() => {});
    await output.cancel();
    await child.status;
  }
}

// Through ps, since Deno keeps /proc to programs that may do everything.
function residentMemory(pid: number): number | undefined {
  try {
    const { stdout } = new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] }).outputSync();
    const kibibytes = Number(new TextDecoder().decode(stdout));
    return kibibytes > 0 ? kibibytes / 1024 : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
