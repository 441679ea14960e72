import { usage } from "../soak/usage.ts";

/** What a process uses while nothing happens. */
export interface IdleCost {
  /** Per cent of one core. */
  readonly cpu: number;
  /** Resident, MiB. */
  readonly memory: number;
}

/** Looks at processes for so many seconds; in their order. Linux only. */
export async function idleCosts(pids: readonly number[], seconds: number): Promise<IdleCost[]> {
  const before = pids.map(usage);
  await new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
  return pids.map((pid, n) => {
    const { cpu, memory } = usage(pid);
    return { cpu: (cpu - (before[n]?.cpu ?? 0)) / seconds * 100, memory };
  });
}
