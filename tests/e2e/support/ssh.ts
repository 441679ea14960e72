import { join } from "node:path";
import { launcher } from "./launcher.ts";
import type { Home } from "./program.ts";

/** Where a made-up ssh lies, and what it was called with. */
export interface FakeSsh {
  /** The folder for PATH. */
  readonly bin: string;
  /** The words of its last call, one a line. */
  calledWith(): string[];
}

/**
 * Makes an `ssh` that takes what OpenSSH does (`[-p PORT] [-o OPTION]… [--] HOST COMMAND`) and runs the command in the shell of
 * `remote`'s user, without a terminal, as a server does.
 */
export function fakeSsh(remote: Home, before = ""): FakeSsh {
  const programs = launcher(remote);
  const bin = remote.at("ssh-bin");
  const calls = remote.at("ssh-calls");
  Deno.mkdirSync(bin, { recursive: true });
  const { env } = remote.invocation([]);
  const variables = Object.entries({ ...env, PATH: `${programs}:${env.PATH}` })
    .map(([name, value]) => `'${name}=${value}'`).join(" ");
  const script = [
    "#!/bin/sh",
    `for word in "$@"; do printf '%s\\n' "$word"; done > '${calls}'`,
    'while [ $# -gt 0 ]; do case "$1" in -p|-o) shift 2;; --) shift; break;; -*) exit 255;; *) break;; esac; done',
    "[ $# -eq 2 ] || exit 255",
    before,
    `cd '${remote.path}' && exec env -i ${variables} sh -c "$2"`,
    "",
  ].join("\n");
  Deno.writeTextFileSync(join(bin, "ssh"), script, { mode: 0o755 });
  return {
    bin,
    calledWith: () => Deno.readTextFileSync(calls).trimEnd().split("\n"),
  };
}
