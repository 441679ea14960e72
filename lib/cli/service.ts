import { dirname, join } from "node:path";
import { Failure } from "../core/errors.ts";
import { isFolder, readTextIfAny, writeWhole } from "../core/files.ts";
import { findFolders } from "../core/paths.ts";
import type { Surroundings } from "../memory/open.ts";
import type { Output } from "./output.ts";
import { launchdAgent, type Service, SERVICE_NAME, systemdUnit } from "./service_text.ts";

/** Variables of ours that the peer must see as the one who installs it does. */
const PASSED_ON = ["STATE_DIR", "ENGINE_DIR", "USER_ID", "TEAM_ID"] as const;

/**
 * Shows and writes what makes the system run the peer: a systemd user unit, on macOS a launchd agent. It starts nothing and
 * calls no other program; the output says which commands do.
 */
export function installService(around: Surroundings, onlyShow: boolean, output: Output): void {
  const { env, platform } = around;
  if (platform === "windows") {
    throw new Failure(
      "Cannot install the peer: there is no service for it on Windows. Have the Task Scheduler run `kioku-mesh peer` at logon.",
    );
  }
  if (!Deno.build.standalone) {
    throw new Failure(
      "Cannot install the peer: this is not the executable. Make it with `deno task compile`.",
    );
  }
  const { config, state, cache } = findFolders(env, platform, isFolder);
  const variables = new Map<string, string>();
  for (const name of PASSED_ON) {
    const value = env.ours(name);
    if (value !== undefined) variables.set(`KIOKU_MESH_${name}`, value);
  }
  for (const name of ["XDG_CONFIG_HOME", "XDG_CACHE_HOME"]) {
    const value = env.other(name);
    if (value !== undefined) variables.set(name, value);
  }
  const service: Service = { program: Deno.execPath(), variables, writes: [state, cache] };
  const home = env.other("HOME") ?? "";
  const [path, text, next] = platform === "macos"
    ? [
      join(home, "Library", "LaunchAgents", `${SERVICE_NAME}.plist`),
      launchdAgent(service, join(state, "peer.log")),
      [`launchctl bootstrap gui/$(id -u) ${join(home, "Library", "LaunchAgents", `${SERVICE_NAME}.plist`)}`],
    ] as const
    : [
      join(dirname(config), "systemd", "user", `${SERVICE_NAME}.service`),
      systemdUnit(service),
      [
        `systemctl --user daemon-reload && systemctl --user enable --now ${SERVICE_NAME}`,
        "loginctl enable-linger  # so that it also runs while you are not logged in",
      ],
    ] as const;
  output.line(text.trimEnd());
  if (onlyShow) return;
  // The service may write there, but not make the folders.
  for (const folder of service.writes) Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const before = readTextIfAny(path);
  if (before !== text) writeWhole(path, text, around.random);
  output.note(before === text ? `unchanged: ${path}` : `wrote ${path}`);
  for (const command of next) output.note(`next: ${command}`);
}
