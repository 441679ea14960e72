import { isObject } from "../core/json.ts";
import { messageOf } from "../core/errors.ts";
import type { Server } from "./client.ts";

/** Waits some milliseconds, or until the signal; passed in, so that tests set it. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** How a server answered, or why it did not. */
export type Answered =
  | { readonly ok: true; readonly name: string; readonly version: string; readonly tools: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** How long a server may take to be ready and to answer, and to end when its input has ended. Milliseconds. */
const DEADLINE = 15_000;
const FAREWELL = 2_000;
/** More than any list of tools; a program that writes more is no MCP server. Characters. */
const MOST_OUTPUT = 4_000_000;
/** How much of what a server says on standard error is repeated. Characters. */
const COMPLAINT = 300;

const PROTOCOL = "2025-06-18";

/**
 * Starts a server as its client would, opens the conversation, asks for its tools, and ends it: nothing of it stays. Only the
 * process that was started here is ever killed.
 */
export async function probe(
  server: Server,
  folder: string,
  version: string,
  pause: Pause,
): Promise<Answered> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(server.command, {
      args: [...server.args],
      env: { ...server.env },
      cwd: folder,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    return { ok: false, why: `cannot be started: ${startProblem(error, server.command)}` };
  }
  const complaint = firstText(child.stderr);
  const over = new AbortController();
  const input = child.stdin.getWriter();
  const late = pause(DEADLINE, over.signal).then((): Answered => ({
    ok: false,
    why: `gave no answer within ${DEADLINE / 1000} s`,
  }));
  try {
    const answered = await Promise.race([converse(child, input, version), late]);
    if (answered.ok) return answered;
    over.abort();
    await end(child, input, pause);
    const said = (await complaint).trim();
    return said === "" ? answered : { ok: false, why: `${answered.why}; it says: ${oneLine(said)}` };
  } finally {
    over.abort();
    await end(child, input, pause);
    await complaint;
  }
}

async function converse(
  child: Deno.ChildProcess,
  input: WritableStreamDefaultWriter<Uint8Array>,
  version: string,
): Promise<Answered> {
  const encoder = new TextEncoder();
  const send = (message: unknown) => input.write(encoder.encode(`${JSON.stringify(message)}\n`));
  const lines = answers(child.stdout);
  try {
    const clientInfo = { name: "kioku-mesh", version };
    const params = { protocolVersion: PROTOCOL, capabilities: {}, clientInfo };
    await send({ jsonrpc: "2.0", id: 1, method: "initialize", params });
    const opened = await answerTo(lines, 1);
    const info = isObject(opened) && isObject(opened.serverInfo) ? opened.serverInfo : undefined;
    if (info === undefined) return { ok: false, why: "does not answer as an MCP server" };
    await send({ jsonrpc: "2.0", method: "notifications/initialized" });
    await send({ jsonrpc: "2.0", id: 2, method: "tools/list", params: {} });
    const listed = await answerTo(lines, 2);
    if (!isObject(listed) || !Array.isArray(listed.tools)) return { ok: false, why: "lists no tools" };
    const tools = listed.tools.flatMap((tool: unknown) =>
      isObject(tool) && typeof tool.name === "string" ? [tool.name] : []
    );
    return { ok: true, name: String(info.name), version: String(info.version), tools };
  } catch {
    return { ok: false, why: "ended without an answer" };
  }
}

// The result of the answer with this id; undefined when it is an error, or the output ends.
async function answerTo(lines: AsyncGenerator<unknown>, id: number): Promise<unknown> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("the output ended");
    if (isObject(value) && value.id === id) return value.result;
  }
}

async function* answers(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  let rest = "";
  let length = 0;
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    length += chunk.length;
    if (length > MOST_OUTPUT) return;
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      try {
        const message: unknown = JSON.parse(line);
        yield message;
      } catch {
        // A line that some servers print before they begin.
      }
    }
  }
}

// Its input ends first, as the protocol asks; then it is told, then made to end.
async function end(
  child: Deno.ChildProcess,
  input: WritableStreamDefaultWriter<Uint8Array>,
  pause: Pause,
): Promise<void> {
  await input.close().catch(() => {});
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const over = new AbortController();
    const ended = await Promise.race([
      child.status.then(() => true),
      pause(FAREWELL, over.signal).then(() => false),
    ]);
    over.abort();
    if (ended) return;
    try {
      child.kill(signal);
    } catch {
      return;
    }
  }
  await child.status;
}

// Read to its end, so that the server never waits for us; the beginning is kept.
async function firstText(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    if (text.length < COMPLAINT) text += chunk;
  }
  return text.slice(0, COMPLAINT);
}

function startProblem(error: unknown, command: string): string {
  if (error instanceof Deno.errors.NotFound) return `${command} is not there`;
  if (error instanceof Deno.errors.PermissionDenied) return `${command} may not be run`;
  return messageOf(error);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, COMPLAINT);
}
