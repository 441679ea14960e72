/** What a process has used, from Linux's /proc. */
export interface Usage {
  /** Resident memory, MiB. */
  readonly memory: number;
  /** Processor time since its start, seconds. */
  readonly cpu: number;
  /** Open files, sockets among them. */
  readonly files: number;
}

/** USER_HZ, which is 100 on every Linux that matters. */
const TICKS_A_SECOND = 100;

/** Reads it. Throws when the process is gone, or this is no Linux. */
export function usage(pid: number): Usage {
  const stat = output("cat", `/proc/${pid}/stat`);
  // The name in parentheses may hold blanks; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(output("cat", `/proc/${pid}/status`)) ?? [];
  return {
    memory: Number(kibibytes) / 1024,
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    files: output("ls", "-1", `/proc/${pid}/fd`).trim().split("\n").length,
  };
}

// Deno itself reads nothing there without every permission.
function output(command: string, ...args: string[]): string {
  const { success, stdout } = new Deno.Command(command, { args, stderr: "null" }).outputSync();
  if (!success) {
    throw new Error(`\`${command} ${args.join(" ")}\` failed: the process is gone, or this is no Linux`);
  }
  return new TextDecoder().decode(stdout);
}
