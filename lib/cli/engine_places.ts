import { dirname, join } from "node:path";
import { findFolders } from "../core/paths.ts";
import { isFolder } from "../core/files.ts";
import type { Surroundings } from "../memory/open.ts";
import type { EnginePlaces } from "../mesh/engine/find.ts";
import { engineTarget } from "../mesh/engine/target.ts";

/** The packed engine beside the executable, where it cannot be part of it (ADR 0011). */
const BESIDE = "kioku-mesh.engine";

/** Where this program's engine may be. */
export function enginePlaces({ env, platform }: Surroundings): EnginePlaces {
  const program = Deno.execPath();
  return {
    named: env.ours("ENGINE_DIR"),
    packed: [program, join(dirname(program), BESIDE)],
    cache: join(findFolders(env, platform, isFolder).cache, "engine"),
    target: engineTarget(Deno.build.os, Deno.build.arch),
  };
}
