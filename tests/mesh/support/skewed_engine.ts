import { join } from "node:path";
import { type Engine, findEngine } from "../../../lib/mesh/engine/find.ts";
import { writeManifest } from "../../../lib/mesh/engine/pack.ts";
import { engineFileNames, engineTarget } from "../../../lib/mesh/engine/target.ts";
import { systemRandom } from "../../../lib/core/random.ts";
import type { TempFolder } from "../../support/folder.ts";
import { ENGINE_FOLDER } from "./host.ts";

/** Debian's libfaketime for programs with threads (package libfaketime); undefined where there is none. */
export const FAKETIME: string | undefined = Deno.env.get("KIOKU_FAKETIME") ?? installed();

/** The engine under test, in a folder of its own, but its router's clock is off: `+365d` or `-1h`, as faketime has it. */
export async function skewedEngine(folder: TempFolder, offset: string): Promise<Engine> {
  const target = engineTarget(Deno.build.os, Deno.build.arch);
  if (ENGINE_FOLDER === undefined || target === undefined) throw new Error("There is no engine.");
  const { router, ...plugins } = engineFileNames(target);
  const skewed = folder.at(`engine${offset}`);
  const real = join(skewed, "real");
  Deno.mkdirSync(real, { recursive: true });
  for (const name of Object.values(plugins)) {
    Deno.copyFileSync(join(ENGINE_FOLDER, name), join(skewed, name));
  }
  Deno.copyFileSync(join(ENGINE_FOLDER, router), join(real, router));
  // Pauses are by the monotonic clock, which nobody sets.
  const script = `#!/bin/sh
export LD_PRELOAD='${FAKETIME}' FAKETIME='${offset}' FAKETIME_DONT_FAKE_MONOTONIC=1
exec '${join(real, router)}' "$@"
`;
  Deno.writeTextFileSync(join(skewed, router), script, { mode: 0o755 });
  await writeManifest(skewed, target);
  return await findEngine({ named: skewed, packed: [], cache: "none", target }, systemRandom);
}

function installed(): string | undefined {
  const path = `/usr/lib/${Deno.build.arch}-linux-gnu/faketime/libfaketimeMT.so.1`;
  try {
    return Deno.statSync(path).isFile ? path : undefined;
  } catch {
    return undefined;
  }
}
