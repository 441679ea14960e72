import type { EngineTarget } from "../../lib/mesh/engine/target.ts";

/** A system that executables are made for. */
export interface ReleaseTarget {
  readonly target: EngineTarget;
  /** What Deno calls it. */
  readonly triple: string;
  /** The executable's name. */
  readonly program: string;
}

/** Every system that an executable can be made for. */
export const TARGETS: readonly ReleaseTarget[] = [
  { target: "linux-x64", triple: "x86_64-unknown-linux-gnu", program: "kioku-mesh" },
  { target: "linux-arm64", triple: "aarch64-unknown-linux-gnu", program: "kioku-mesh" },
  { target: "macos-x64", triple: "x86_64-apple-darwin", program: "kioku-mesh" },
  { target: "macos-arm64", triple: "aarch64-apple-darwin", program: "kioku-mesh" },
  { target: "windows-x64", triple: "x86_64-pc-windows-msvc", program: "kioku-mesh.exe" },
];

/** The target of that name. Throws an Error that lists all of them. */
export function targetNamed(name: string): ReleaseTarget {
  const found = TARGETS.find(({ target }) => target === name);
  if (found !== undefined) return found;
  const all = TARGETS.map(({ target }) => target).join(", ");
  throw new Error(`Cannot release for ${name}: it is none of ${all}.`);
}
