/** What the system is to run. */
export interface Service {
  /** The executable. Absolute. */
  readonly program: string;
  readonly variables: ReadonlyMap<string, string>;
  /** The folders that it may write to. Absolute. */
  readonly writes: readonly string[];
}

/** What the system calls it. */
export const SERVICE_NAME = "kioku-mesh-peer";

/**
 * A systemd user unit (systemd.exec(5)). What a user's own manager cannot do is left out: dropping capabilities, which
 * ProtectClock, ProtectKernelModules and PrivateDevices would need, makes a unit there fail. Memory that is written and
 * run cannot be forbidden to a program with a JIT compiler.
 */
export function systemdUnit({ program, variables, writes }: Service): string {
  return `[Unit]
Description=kioku-mesh peer: shares this host's memories with the mesh
After=network-online.target

[Service]
Type=exec
ExecStart=${quoted(program)} peer
${
    [...variables].map(([name, value]) => `Environment=${quoted(`${name}=${value}`, false)}\n`).join("")
  }Restart=on-failure
RestartSec=5
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec=10
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=${writes.map((path) => quoted(path, false)).join(" ")}
PrivateTmp=yes
ProtectControlGroups=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native

[Install]
WantedBy=default.target
`;
}

/** A launchd agent (launchd.plist(5)); macOS has no hardening for these. */
export function launchdAgent({ program, variables }: Service, log: string): string {
  const pairs = [...variables].map(([name, value]) =>
    `    <key>${escaped(name)}</key>\n    <string>${escaped(value)}</string>\n`
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${SERVICE_NAME}</string>
  <key>ProgramArguments</key>
  <array>
    <string>${escaped(program)}</string>
    <string>peer</string>
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${pairs.join("")}  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>5</integer>
  <key>Umask</key>
  <integer>63</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>StandardErrorPath</key>
  <string>${escaped(log)}</string>
</dict>
</plist>
`;
}

// systemd.syntax(7): quotes and backslashes; % stands for specifiers everywhere, $ for variables in commands.
function quoted(text: string, command = true): string {
  const escapes = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll(
    "%",
    "%%",
  );
  return `"${command ? escapes.replaceAll("$", "$$$$") : escapes}"`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
