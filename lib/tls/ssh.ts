import { Failure, messageOf, UsageError } from "../core/errors.ts";
import { LONGEST_PASTE } from "./armour.ts";

/** A command on another host. */
export interface SshCall {
  /** As `ssh` takes it: `host`, `user@host`, or a name of its configuration. */
  readonly host: string;
  readonly port: number | undefined;
  /** Options of its configuration, `NAME=VALUE`. */
  readonly options: readonly string[];
  /** What the other host's shell runs. */
  readonly command: string;
  readonly input: string;
  /** Ends it when it takes too long. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command on another host through the `ssh` on PATH and gives what it wrote. What it says to standard error, and what
 * ssh asks, goes to the terminal. Throws a Failure when it cannot be started, fails, takes too long or writes too much.
 */
export async function overSsh({ host, port, options, command, input, signal }: SshCall): Promise<string> {
  // It would be taken for an option, such as one that runs a program here.
  if (host.startsWith("-") || host.trim() === "") {
    throw new UsageError(`Cannot enroll: "${host}" is not a host.`);
  }
  const child = start([
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...options.flatMap((option) => ["-o", option]),
    "--",
    host,
    command,
  ], signal);
  const written = send(child.stdin, input);
  const answer = await collect(child.stdout);
  const { code } = await child.status;
  await written;
  if (signal.aborted) {
    throw new Failure(
      `Cannot enroll: ${host} has not answered in time. Give it longer with --timeout SECONDS.`,
    );
  }
  if (code !== 0) throw new Failure(`Cannot enroll: ssh to ${host} ended with exit code ${code}, see above.`);
  return answer;
}

function start(args: string[], signal: AbortSignal): Deno.ChildProcess {
  try {
    return new Deno.Command("ssh", { args, stdin: "piped", stdout: "piped", stderr: "inherit", signal })
      .spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Failure(
        "Cannot enroll: there is no ssh on PATH. Install it, or use `tls request` and `tls install`.",
      );
    }
    throw new Failure(`Cannot enroll: ssh does not start (${messageOf(error)}).`);
  }
}

// A host that reads nothing, or ends early, says why itself.
async function send(stream: WritableStream<Uint8Array<ArrayBuffer>>, text: string): Promise<void> {
  try {
    const writer = stream.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // Its exit code tells.
  }
}

async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    // What is too long is read to its end, so that the other side is not held up, and refused as a paste.
    if (text.length <= LONGEST_PASTE) text += decoder.decode(chunk, { stream: true });
  }
  return text;
}
