import { OUR_VARIABLES } from "../core/environment.ts";
import { LAUNCHER_VARIABLES } from "../core/identity.ts";
import type { AccessKind } from "./command.ts";

/** What the program may do before it locks itself down: a named permission set of deno.json, and the compiled-in flags. */
export interface Permissions {
  readonly read: boolean;
  readonly write: boolean;
  /** Hosts. */
  readonly net: readonly string[];
  readonly run: boolean;
  /** Names of variables. */
  readonly env: readonly string[];
  /** Names of functions that ask the operating system. */
  readonly sys: readonly string[];
}

// What paths and identity ask for (compat data §3.1, §3.7), and no-color.org.
const SYSTEM_VARIABLES = [
  "HOME",
  "LOCALAPPDATA",
  "LOGNAME",
  "NO_COLOR",
  "USER",
  "USERNAME",
  "USERPROFILE",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
];

// The programs that a person has chosen to edit and to read with (POSIX, environ(7)).
const PERSONS_PROGRAMS = ["EDITOR", "LESS", "PAGER", "VISUAL"];

// Where clients keep their configuration and programs are looked for (docs/adr/0012).
const CLIENT_VARIABLES = ["APPDATA", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "PATH"];

// What packages look up: commander when it prints help, yaml when it parses, the MCP SDK's zod when it loads.
const PACKAGE_VARIABLES = ["CLICOLOR_FORCE", "FORCE_COLOR", "LOG_STREAM", "LOG_TOKENS"];

/** Everything that the executable may do; each mode gives up the rest of it (DESIGN §3). */
export const PERMISSIONS: Permissions = {
  read: true,
  write: true,
  // The peer talks to its own router; links to other hosts are the router's. The rest is to see whether a port is free.
  net: ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::]"],
  // A path in this list would have to be known when the program is made, and the engine's folder is not (DESIGN §3).
  run: true,
  env: [
    ...OUR_VARIABLES.flatMap((name) => [`KIOKU_MESH_${name}`, `MESH_MEM_${name}`]),
    ...LAUNCHER_VARIABLES,
    ...SYSTEM_VARIABLES,
    ...CLIENT_VARIABLES,
    ...PACKAGE_VARIABLES,
    ...PERSONS_PROGRAMS,
  ].sort(),
  sys: ["hostname"],
};

/** What one kind of command opens before it reads its input, and what it may still do then. */
export interface Access {
  readonly opensFirst: string;
  readonly keeps: readonly Deno.PermissionName[];
}

/** What each kind of command may touch (DESIGN §3). */
const KINDS: Readonly<Record<AccessKind, Access>> = {
  data: {
    opensFirst:
      "configuration, `.kioku-mesh.yaml` from the working folder upwards, the host's id, the database, what " +
      "the Python version left",
    keeps: [],
  },
  session: {
    opensFirst: "what a command on data opens, and the locks of the host's sessions in the state folder",
    keeps: [],
  },
  listing: {
    opensFirst:
      "what a command on data opens; on a terminal also the person's pager, to which it then writes what it found",
    keeps: [],
  },
  watch: {
    opensFirst:
      "what a command on data opens; with `--tmux` it then starts `tmux`, else it gives that up too",
    keeps: ["run"],
  },
  files: {
    opensFirst: "what a command on data opens; then it reads or writes the files that it was told",
    keeps: ["read", "write", "env"],
  },
  setup: {
    opensFirst: "nothing; it reads and writes the files that its output names",
    keeps: ["read", "write", "env", "sys"],
  },
  enroll: {
    opensFirst:
      "nothing; it starts the `ssh` on PATH, then gives that up and reads and writes the tls folder",
    keeps: ["read", "write", "run", "env", "sys"],
  },
  editor: {
    opensFirst: "what a command on data opens; then the person's own editor, with the one memory in a file",
    keeps: ["read", "write", "run", "env"],
  },
  page: {
    opensFirst: "what a command on data opens",
    keeps: ["net"],
  },
  peer: {
    opensFirst:
      "what a command on data opens; then the engine, which it verifies, and its router's folder in the state folder",
    keeps: ["read", "write", "net", "run"],
  },
  hook: {
    opensFirst:
      "what the client sends, and the end of the transcript that this names, of which it only counts; then what a command on " +
      "data opens",
    keeps: [],
  },
  doctor: {
    opensFirst:
      "nothing; it reads what all the others read, starts what clients have registered and, with --fix, writes what its output " +
      "names",
    keeps: ["read", "write", "run", "env", "sys"],
  },
  verify: {
    opensFirst:
      "the files in which clients register servers; then it starts what is registered there, as the client would",
    keeps: ["run"],
  },
};

/** What a kind of command may touch. */
export function accessOf(kind: AccessKind): Access {
  return KINDS[kind];
}

/** The flags that give a program of Deno these permissions, and no others on request. */
export function permissionFlags({ read, write, net, run, env, sys }: Permissions): string[] {
  return [
    "--no-prompt",
    ...(read ? ["--allow-read"] : []),
    ...(write ? ["--allow-write"] : []),
    ...(net.length > 0 ? [`--allow-net=${net.join(",")}`] : []),
    ...(run ? ["--allow-run"] : []),
    `--allow-env=${env.join(",")}`,
    `--allow-sys=${sys.join(",")}`,
  ];
}
