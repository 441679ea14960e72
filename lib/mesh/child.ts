import { Failure } from "../core/errors.ts";
import { type Timer, within } from "./timer.ts";

/** A program that runs and ends with us. */
export interface Child {
  /** Of the program itself. */
  readonly pid: number;
  /** Resolves, with what the system says of it, when the program has ended, whoever ended it. */
  readonly ended: Promise<string>;
  /** Ends it; resolves when it has ended. */
  stop(): Promise<void>;
}

/** What to start. Nothing else than `env` is in the program's environment. */
export interface ChildCommand {
  /** Absolute. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Gets every line that the program prints, without its line feed. */
  readonly line: (text: string) => void;
}

/**
 * Starts the program, stays beside it and ends it when this side of the pipe closes: when we stop it, and when we die,
 * even by `kill -9`, since the system closes our pipes. Zenohd does not notice a dead parent, and Linux's own way
 * (PR_SET_PDEATHSIG) would need native code, or a program that other systems do not have. It ends with SIGKILL, since
 * zenohd handles no signal, so that SIGTERM would save nothing. Signals to a whole group, from a terminal or a service
 * manager, are ignored by both, so that the peer ends first, in order; the pipe alone decides.
 * Only built-in commands of the shell are used, so that the environment can be empty.
 */
const KEEPER = `
trap '' HUP INT TERM
exec 3<&0
"$@" 3<&- </dev/null 2>&1 &
program=$!
echo "program $program"
{ read -r _ <&3; kill -KILL "$program"; } >/dev/null 2>&1 &
keeper=$!
exec >/dev/null 2>&1 3<&-
wait "$program"
status=$?
kill -KILL "$keeper"
exit "$status"
`;

/** How the shell says which process the program is. What the program prints may come before it. */
const STARTED = /^program (\d+)$/;

const SHELL = "/bin/sh";

/** How long the system may take to end a program that is told to. Milliseconds. */
const END_WITHIN_MS = 4_000;

/** How long a program may take to start running. Milliseconds. */
const START_WITHIN_MS = 10_000;

/** Starts a program that ends with us. Rejects when it cannot be started. */
export async function startChild(command: ChildCommand, timer: Timer): Promise<Child> {
  const { program, args, env, folder, line } = command;
  const kept = Deno.build.os !== "windows";
  const process = new Deno.Command(kept ? SHELL : program, {
    args: kept ? ["-c", KEEPER, "kioku-mesh", program, ...args] : [...args],
    cwd: folder,
    clearEnv: true,
    env: { ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const first = Promise.withResolvers<string>();
  let started = !kept;
  if (!kept) first.resolve(String(process.pid));
  const printed = readLines(process.stdout, (text) => {
    const [, pid] = started ? [] : STARTED.exec(text) ?? [];
    if (pid === undefined) return line(text);
    started = true;
    first.resolve(pid);
  });
  // Windows has neither the shell nor its pipes: there the record of the last router is what finds an orphan.
  const end = () => kept ? process.stdin.close().catch(() => {}) : Promise.resolve(kill(process));
  const ended = Promise.all([process.status, printed]).then(async ([status]) => {
    first.resolve("");
    await end();
    return status.signal !== null
      ? `killed by ${status.signal}`
      : status.code > 128
      ? `killed by signal ${status.code - 128}`
      : `exit code ${status.code}`;
  });
  const late = () => new Failure(`Cannot start ${program}: the system takes too long. Try again.`);
  let pid = NaN;
  try {
    pid = Number(await within(timer, START_WITHIN_MS, first.promise, late));
    if (!Number.isSafeInteger(pid) || pid <= 0) {
      throw new Failure(
        `Cannot start ${program}: ${SHELL} did not start it. Check that it can run programs.`,
      );
    }
  } catch (error) {
    await end();
    throw error;
  }
  const stop = async () => {
    await end();
    const late = () =>
      new Failure(`Cannot end ${program} (process ${pid}): the system does not. End it by hand.`);
    await within(timer, END_WITHIN_MS, ended, late);
  };
  return { pid, ended, stop };
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  give: (line: string) => void,
): Promise<void> {
  let rest = "";
  try {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) give(line.replace(/\r$/, ""));
      // A program that prints without end and without lines must not fill the memory.
      rest = rest.slice(0, 64 * 1024);
    }
  } catch {
    // The stream broke with the program.
  }
  if (rest !== "") give(rest);
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended.
  }
}
