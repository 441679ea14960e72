import { usage } from "../soak/usage.ts";

/** What a peer and its router use while nothing happens, from Linux's /proc: CPU in per cent of one core, memory in MiB. */
export async function processCost(
  peer: number | undefined,
  router: number | undefined,
  seconds: number,
): Promise<string> {
  const names = [["peer", peer ?? 0], ["router", router ?? 0]] as const;
  const before = names.map(([, pid]) => usage(pid));
  await new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
  return names.map(([name, pid], n) => {
    const { cpu, memory } = usage(pid);
    const used = (cpu - (before[n]?.cpu ?? 0)) / seconds * 100;
    return `${name} ${used.toFixed(2)} % of a core, ${Math.round(memory)} MiB`;
  }).join("; ");
}
