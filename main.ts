import { monotonicClock } from "./lib/core/clock.ts";
import { environment } from "./lib/core/environment.ts";
import { systemRandom } from "./lib/core/random.ts";
import { run } from "./lib/cli/run.ts";
import { terminalOutput } from "./lib/cli/output.ts";
import type { Platform } from "./lib/core/paths.ts";

const env = environment((name) => Deno.env.get(name));
const output = terminalOutput(Deno.stdout, Deno.stderr, env.other("NO_COLOR") !== undefined);
const code = await run(Deno.args, {
  env,
  platform: platform(),
  login: { user: env.other("USER") ?? env.other("LOGNAME") ?? env.other("USERNAME") ?? "user", host: host() },
  workingFolder: Deno.cwd(),
  clock: monotonicClock(() => performance.timeOrigin + performance.now()),
  random: systemRandom,
}, output);
Deno.exit(code);

function platform(): Platform {
  if (Deno.build.os === "darwin") return "macos";
  return Deno.build.os === "windows" ? "windows" : "linux";
}

// The short name, as Python's version took it (compat data §1.1).
function host(): string {
  return Deno.hostname().split(".")[0] ?? "host";
}
