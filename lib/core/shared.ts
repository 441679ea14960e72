import { Failure } from "./errors.ts";
import type { Settings } from "./settings.ts";

/** Whether this host belongs to a mesh, so that what is written here has to go out. */
export function isShared(settings: Settings): boolean {
  return settings.mode === "hub" || settings.mode === "spoke";
}

/**
 * Refuses to write on a host that Python's version put into a mesh: what would be saved here would not reach that mesh,
 * and nobody would notice (DESIGN §4).
 */
export function requireOwnMode(settings: Settings, action: string): void {
  if (settings.mode !== "python") return;
  throw new Failure(
    `Cannot ${action}: this host was set up for a mesh by the Python version and does not say how to go on. ` +
      "Run `kioku-mesh init --adopt` to take over its settings, or `kioku-mesh init --mode local` to go on alone.",
  );
}
