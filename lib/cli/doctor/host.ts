import { join } from "node:path";
import { isFile } from "../../core/files.ts";
import type { Platform } from "../../core/paths.ts";
import type { OpenMemory } from "../../memory/open.ts";
import { type Check, pass, trouble } from "./check.ts";

/** What config.yaml and the surroundings say. */
export function checkConfiguration({ settings, folders, notices }: OpenMemory): Check {
  const name = "configuration";
  if (settings.mode === "python") {
    return trouble(
      name,
      "warn",
      "the Python version put this host into a mesh, and it is not said how to go on",
      "kioku-mesh init --adopt (or: kioku-mesh init --mode local)",
    );
  }
  const [first, ...others] = notices;
  if (first !== undefined) {
    return trouble(name, "warn", first, "Do what the sentence says.", { details: others });
  }
  return pass(name, `mode ${settings.mode}, ${folders.config}`);
}

/** Who may read what is stored. Windows has no such modes. */
export function checkPermissions({ folders, host }: OpenMemory, platform: Platform): Check | undefined {
  if (platform === "windows") return undefined;
  const name = "permissions";
  const keys = host.tls === undefined ? [] : ["ca.key", "peer.key"].map((key) => join(host.tls ?? "", key));
  const open = keys.filter((path) => isFile(path) && isOpen(path));
  if (open.length > 0) {
    return trouble(name, "fail", "private keys can be read by others", `chmod 600 ${open.join(" ")}`, {
      fix: () => closed(open, 0o600),
    });
  }
  if (isOpen(folders.state)) {
    return trouble(
      name,
      "warn",
      `others on this machine can look into ${folders.state}`,
      `chmod 700 ${folders.state}`,
      {
        fix: () => closed([folders.state], 0o700),
      },
    );
  }
  return pass(name, `${folders.state} is yours alone`);
}

function isOpen(path: string): boolean {
  return ((Deno.statSync(path).mode ?? 0) & 0o077) !== 0;
}

function closed(paths: readonly string[], mode: number): string {
  for (const path of paths) Deno.chmodSync(path, mode);
  return `closed to others: ${paths.join(", ")}`;
}
