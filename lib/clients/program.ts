import { basename, dirname, isAbsolute, join } from "node:path";
import type { HookEvent, Server } from "./client.ts";
import { onPath, type Places } from "./places.ts";

/** How this program is started, by its whole path. */
export interface Program {
  readonly command: string;
  /** What comes before the arguments of ours; none for the executable. */
  readonly args: readonly string[];
  /** Why the path may not last; undefined when it should. */
  readonly warning: string | undefined;
}

/**
 * This program. A name on the PATH that leads to it is preferred to where it lies: it stays when a new version comes. Run
 * from source, it is Deno with what it needs.
 */
export function thisProgram(places: Places): Program {
  const own = Deno.execPath();
  if (!Deno.build.standalone) {
    const folder = dirname(decodeURIComponent(new URL(Deno.mainModule).pathname));
    const args = ["run", "--quiet", `--config=${join(folder, "deno.json")}`, "-P=program", "--no-prompt"];
    return { command: own, args: [...args, join(folder, "main.ts")], warning: undefined };
  }
  const named = onPath(places, "kioku-mesh");
  const command = named !== undefined && isAbsolute(named) && leadsTo(named, own) ? named : own;
  return { command, args: [], warning: passing(command) };
}

/** What a client starts to get the MCP server. */
export function serverOf(program: Program, env: Readonly<Record<string, string>>): Server {
  return { command: program.command, args: [...program.args, "mcp", "serve"], env };
}

/**
 * The command line of a hook. A state folder that is not the usual one is named in front of it, which shells of Windows do not
 * know.
 */
export function hookLine(
  program: Program,
  event: HookEvent,
  client: string,
  windows: boolean,
  state: string | undefined,
): string {
  const words = [program.command, ...program.args, "hook", event, "--client", client];
  const line = words.map((word) => quoted(word, windows)).join(" ");
  return state === undefined || windows ? line : `KIOKU_MESH_STATE_DIR=${quoted(state, false)} ${line}`;
}

/** Which event and client a command line calls us for; undefined when it is not one of ours. */
export function readHookLine(line: string): { event: string; client: string } | undefined {
  const [, event, client] =
    /(?:kioku-mesh(?:\.exe)?|main\.ts)["']? hook (\S+) --client ([a-z-]+)$/.exec(line.trim()) ?? [];
  return event === undefined || client === undefined ? undefined : { event, client };
}

/** Who made the server that a registration starts. */
export type Maker = "ours" | "python" | "foreign";

/** Tells by its command line, and where that leaves it open by the file, who made a server. */
export function makerOf({ command, args }: Server): Maker {
  const name = basename(command.replaceAll("\\", "/")).replace(/\.(?:exe|cmd|bat)$/i, "");
  const serves = args.at(-2) === "mcp" && args.at(-1) === "serve";
  if (name === "kioku-mesh") return serves ? "ours" : "foreign";
  if (name === "kioku-mesh-mcp") return isOurs(command) ? "ours" : "python";
  if (serves && args.some((arg) => basename(arg) === "main.ts")) return "ours";
  const python = /^(?:kioku-mesh-mcp|mesh-mem-mcp|(?:kioku_mesh|mesh_mem)(?:\..*)?)$/;
  return python.test(name) || args.some((arg) => python.test(arg)) ? "python" : "foreign";
}

// The name that the Python version's server had is a link to us, or on Windows a launcher beside us.
function isOurs(command: string): boolean {
  try {
    const real = basename(Deno.realPathSync(command));
    return /^kioku-mesh(?:\.exe)?$/.test(real) || /\.cmd$/i.test(real);
  } catch {
    return false;
  }
}

function leadsTo(link: string, file: string): boolean {
  try {
    return Deno.realPathSync(link) === Deno.realPathSync(file);
  } catch {
    return false;
  }
}

function passing(command: string): string | undefined {
  const place = /^\/(?:private\/)?(?:tmp|var\/tmp|var\/folders)\/|[\\/]Temp[\\/]|[\\/]_npx[\\/]/i;
  if (!place.test(command)) return undefined;
  return `${command} is in a folder that is emptied from time to time. Put the program where it stays, and install again.`;
}

function quoted(word: string, windows: boolean): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return windows ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}
