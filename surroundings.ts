import { monotonicClock } from "./lib/core/clock.ts";
import { environment } from "./lib/core/environment.ts";
import type { Platform } from "./lib/core/paths.ts";
import { systemRandom } from "./lib/core/random.ts";
import type { Surroundings } from "./lib/memory/open.ts";

/** What this process runs in: its environment, machine, clock and randomness. */
export function surroundings(): Surroundings {
  const env = environment((name) => Deno.env.get(name));
  return {
    env,
    platform: platform(),
    login: {
      user: env.other("USER") ?? env.other("LOGNAME") ?? env.other("USERNAME") ?? "user",
      host: host(),
    },
    workingFolder: Deno.cwd(),
    clock: monotonicClock(() => performance.timeOrigin + performance.now()),
    random: systemRandom,
  };
}

function platform(): Platform {
  if (Deno.build.os === "darwin") return "macos";
  return Deno.build.os === "windows" ? "windows" : "linux";
}

// The short name, as Python's version took it (compat data §1.1).
function host(): string {
  return Deno.hostname().split(".")[0] ?? "host";
}
