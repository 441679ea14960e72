import { delimiter, join } from "node:path";
import type { Environment } from "../core/environment.ts";
import { Failure } from "../core/errors.ts";
import { isFile, isFolder } from "../core/files.ts";
import type { Platform } from "../core/paths.ts";

/** The folders in which clients keep their configuration. */
export interface Places {
  readonly platform: Platform;
  readonly home: string;
  /** Where programs of the desktop keep their settings: `~/.config`, Application Support, `%APPDATA%`. */
  readonly settings: string;
  /** `$XDG_CONFIG_HOME` or `~/.config`, for programs that use it on every system. */
  readonly config: string;
  /** The project: the working folder. */
  readonly project: string;
  /** A variable by which a client is told where its folder is. */
  variable(name: string): string | undefined;
  /** The folders in which programs are looked for, in order. */
  readonly path: readonly string[];
}

/** Finds the folders. Throws a Failure without a home. */
export function findPlaces(env: Environment, platform: Platform, project: string): Places {
  const home = platform === "windows" ? env.other("USERPROFILE") ?? env.other("HOME") : env.other("HOME");
  if (home === undefined) {
    throw new Failure("Cannot find your clients' configuration: HOME is not set. Set HOME.");
  }
  const config = env.other("XDG_CONFIG_HOME") ?? join(home, ".config");
  const settings = platform === "linux"
    ? config
    : platform === "macos"
    ? join(home, "Library", "Application Support")
    : env.other("APPDATA") ?? join(home, "AppData", "Roaming");
  const path = (env.other("PATH") ?? "").split(delimiter).filter((folder) => folder !== "");
  return { platform, home, settings, config, project, variable: (name) => env.other(name), path };
}

/** Where a program is on the PATH; undefined when it is not. */
export function onPath(places: Places, program: string): string | undefined {
  const endings = places.platform === "windows" ? [".exe", ".cmd", ".bat", ""] : [""];
  for (const folder of places.path) {
    for (const ending of endings) {
      const file = join(folder, program + ending);
      if (isFile(file) && isRunnable(file)) return file;
    }
  }
  return undefined;
}

/** Whether a file may be run. */
export function isRunnable(path: string): boolean {
  try {
    const { mode, isFile: plain } = Deno.statSync(path);
    return plain && (mode === null || Deno.build.os === "windows" || (mode & 0o111) !== 0);
  } catch {
    return false;
  }
}

/** The first of the folders or files that is there. */
export function firstThere(paths: readonly string[]): string | undefined {
  return paths.find((path) => isFolder(path) || isFile(path));
}
