import type { Home } from "../e2e/support/program.ts";

/** What a tool answered. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly structure: Readonly<Record<string, unknown>>;
}

/** An MCP server that can be killed: unlike the one of tests/e2e/support, it may end in the middle of a line. */
export interface Session {
  /** Calls a tool; undefined when the server was killed before it answered. */
  call(tool: string, input: unknown): Promise<ToolAnswer | undefined>;
  /** Ends the process at once, as `kill -9` does, and waits until it is gone. */
  kill(): Promise<void>;
  /** Ends standard input, waits until the server has ended, and gives its exit code. */
  end(): Promise<number>;
}

/** Starts `kioku-mesh mcp serve` and opens the conversation. The test must kill or end it. */
export async function startSession(home: Home): Promise<Session> {
  const { command, ...options } = home.invocation(["mcp", "serve"]);
  const child = new Deno.Command(command, {
    ...options,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const input = child.stdin.getWriter();
  const waiting = new Map<number, (result: unknown) => void>();
  const reading = readAnswers(child.stdout, waiting);
  let count = 0;
  // What is written to a server that was killed has nobody to read it.
  const send = (message: unknown) =>
    input.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`)).catch(() => {});
  const request = async (method: string, params: unknown): Promise<unknown> => {
    const id = ++count;
    const answered = new Promise((resolve) => waiting.set(id, resolve));
    await send({ jsonrpc: "2.0", id, method, params });
    return await Promise.race([answered, reading]);
  };
  const clientInfo = { name: "fault", version: "1" };
  await request("initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo });
  await send({ jsonrpc: "2.0", method: "notifications/initialized" });
  return {
    async call(tool, values) {
      const result = await request("tools/call", { name: tool, arguments: values });
      if (result === undefined) return undefined;
      const { isError, content, structuredContent } = Object(result);
      return {
        isError: isError === true,
        text: String(content?.[0]?.text),
        structure: { ...structuredContent },
      };
    },
    async kill() {
      child.kill("SIGKILL");
      await Promise.all([child.status, reading, input.abort().catch(() => {})]);
    },
    async end() {
      await input.close();
      const [{ code }] = await Promise.all([child.status, reading]);
      return code;
    },
  };
}

async function readAnswers(
  stream: ReadableStream<Uint8Array>,
  waiting: ReadonlyMap<number, (result: unknown) => void>,
): Promise<undefined> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { id, result, error } = JSON.parse(line);
      waiting.get(id)?.(result ?? { isError: true, content: [{ text: JSON.stringify(error) }] });
    }
  }
}
