import type { Home } from "./program.ts";

/** A message of JSON-RPC, as far as tests look at it. */
export interface Message {
  readonly id?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** How the server ended. */
export interface ServerEnd {
  readonly code: number;
  /** Everything that it wrote to standard output, line by line. */
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** A server that is spoken to in lines: for what no official client would send. */
export interface RawServer {
  readonly pid: number;
  /** Writes text as it is. */
  write(text: string): Promise<void>;
  /** Sends a request and waits for its answer. */
  request(method: string, params?: unknown): Promise<Message>;
  /** Opens the conversation as clients did before 2026-07-28. */
  initialize(protocolVersion: string): Promise<Message>;
  /** Ends standard input, and waits until the server has ended. */
  end(): Promise<ServerEnd>;
  /** Ends it as nothing else can. */
  kill(): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

/** Starts `kioku-mesh mcp serve` for a home. The test must end it. */
export function startServer(home: Home, env: Readonly<Record<string, string>> = {}): RawServer {
  const { command, args, env: variables, cwd } = home.invocation(["mcp", "serve"], { env });
  const options = {
    args,
    env: variables,
    cwd,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  } as const;
  const child = new Deno.Command(command, options).spawn();
  const input = child.stdin.getWriter();
  const lines: string[] = [];
  const waiting = new Map<unknown, (message: Message) => void>();
  const read = readLines(child.stdout, (line) => {
    lines.push(line);
    const message: Message = JSON.parse(line);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  const errors = new Response(child.stderr).text();
  const write = (text: string) => input.write(new TextEncoder().encode(text));
  let count = 0;
  const request = (method: string, params: unknown = {}): Promise<Message> => {
    const id = ++count;
    const answered = new Promise<Message>((resolve) => waiting.set(id, resolve));
    const gone = Promise.all([child.status, errors]).then(([{ code }, stderr]) => {
      throw new Error(`The server ended (exit code ${code}) without an answer to ${method}: ${stderr}`);
    });
    return write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`)
      .then(() => Promise.race([answered, gone]));
  };
  return {
    pid: child.pid,
    kill: () => child.kill("SIGKILL"),
    ended: Promise.all([child.status, errors, read]).then(() => input.close().catch(() => {})),
    write,
    request,
    async initialize(protocolVersion) {
      const clientInfo = { name: "raw", version: "1" };
      const answer = await request("initialize", { protocolVersion, capabilities: {}, clientInfo });
      await write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
      return answer;
    },
    async end() {
      await input.close().catch(() => {});
      const [{ code }, stderr] = await Promise.all([child.status, errors, read]);
      return { code, lines, stderr };
    },
  };
}

async function readLines(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    parts.forEach(take);
  }
  if (rest !== "") take(rest);
}
