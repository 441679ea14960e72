/**
 * What the operating system knows of processes. Deno reads nothing below /proc without every permission there is, so a
 * shell does; it needs no more than the right to run programs, which the peer has for its router.
 */

/** Identifies a process for as long as it lives: when it started and what it runs. Undefined when there is none. */
export async function processIdentity(pid: number): Promise<string | undefined> {
  const text = await shell(
    `if [ -r "/proc/$1/stat" ]; then read -r stat < "/proc/$1/stat"; echo "$stat"; readlink "/proc/$1/exe"
     else ps -p "$1" -o lstart= -o comm=; fi`,
    String(pid),
  );
  const [head = "", program = ""] = text.split("\n");
  const stat = /^\d+ \(.*\) (\S)((?: -?\d+)+)/.exec(head);
  if (stat === null) return head.trim() === "" ? undefined : head.trim();
  // proc(5): fields from the fourth on follow the state; the 22nd is the start, in ticks since boot. A zombie is gone.
  const started = stat[2]?.trim().split(" ")[18];
  return stat[1] === "Z" || started === undefined
    ? undefined
    : `${started} ${program.replace(/ \(deleted\)$/, "")}`;
}

/** Who listens on a TCP port of this host, such as `zenohd (process 4711, /usr/bin/zenohd)`; undefined when unknown. */
export async function portHolder(port: number): Promise<string | undefined> {
  const pid = Deno.build.os === "linux" ? await linuxHolder(port) : await lsofHolder(port);
  if (pid === undefined) return undefined;
  const path = (await shell(`readlink "/proc/$1/exe" || ps -p "$1" -o comm=`, pid)).trim();
  const name = path.split("/").at(-1);
  return path === "" || name === undefined ? `process ${pid}` : `${name} (process ${pid}, ${path})`;
}

async function linuxHolder(port: number): Promise<string | undefined> {
  const table = await shell("cat /proc/net/tcp /proc/net/tcp6");
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const inode = table.split("\n").map((line) => line.trim().split(/\s+/))
    // Columns of proc(5): local address, remote address, state (0A: listening), …, inode.
    .find((columns) => columns[1]?.endsWith(local) && columns[3] === "0A")?.[9];
  if (inode === undefined) return undefined;
  const open = await shell(
    `for fd in /proc/[0-9]*/fd; do case "$(ls -l "$fd" 2>/dev/null)" in *"socket:[$1]"*) echo "$fd"; break;; esac; done`,
    inode,
  );
  return /^\/proc\/(\d+)\//.exec(open)?.[1];
}

async function lsofHolder(port: number): Promise<string | undefined> {
  return /^p(\d+)$/m.exec(await shell(`lsof -nP -iTCP:"$1" -sTCP:LISTEN -Fp`, String(port)))?.[1];
}

// What the script prints; nothing when it fails or there is no shell.
async function shell(script: string, ...args: readonly string[]): Promise<string> {
  try {
    const command = new Deno.Command("/bin/sh", {
      args: ["-c", script, "kioku-mesh", ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      clearEnv: true,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
    });
    return new TextDecoder().decode((await command.output()).stdout);
  } catch {
    return "";
  }
}
