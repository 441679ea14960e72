/** What a peer and its router use while nothing happens, from Linux's /proc: CPU in per cent of one core, memory in MiB. */
export async function processCost(
  peer: number | undefined,
  router: number | undefined,
  seconds: number,
): Promise<string> {
  const names = [["peer", peer], ["router", router]] as const;
  const before = names.map(([, pid]) => ticks(pid));
  await new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
  return names.map(([name, pid], n) => {
    const used = (ticks(pid) - (before[n] ?? 0)) / TICKS_A_SECOND / seconds * 100;
    return `${name} ${used.toFixed(2)} % of a core, ${memory(pid)} MiB`;
  }).join("; ");
}

/** USER_HZ, which is 100 on every Linux that matters. */
const TICKS_A_SECOND = 100;

function ticks(pid: number | undefined): number {
  const stat = proc(pid, "stat");
  // The name in parentheses may hold blanks; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function memory(pid: number | undefined): number {
  const [, kilobytes = "0"] = /VmRSS:\s+(\d+)/.exec(proc(pid, "status")) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

// Deno itself reads nothing there without every permission.
function proc(pid: number | undefined, name: string): string {
  return new TextDecoder().decode(
    new Deno.Command("cat", { args: [`/proc/${pid}/${name}`] }).outputSync().stdout,
  );
}
