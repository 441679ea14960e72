import assert from "node:assert/strict";
import { join } from "node:path";
import { permissionFlags, PERMISSIONS } from "../../../lib/cli/access.ts";
import { PROJECT } from "../../support/source.ts";
import { EXECUTABLE, type Home } from "../support/program.ts";

/** What the attacker inside found out. */
export interface Report {
  /** How many attacks were made. */
  readonly count: number;
  /** Those that worked. */
  readonly worked: readonly string[];
}

/** Puts into a home what an attacker is after; `port` is where somebody listens. */
export function layTraps(home: Home, port: number): void {
  Deno.writeTextFileSync(home.at("port"), String(port));
  Deno.writeTextFileSync(home.at("code.js"), "export default 1;\n");
  Deno.mkdirSync(home.at(".ssh"));
  for (const name of ["id", "other"]) Deno.writeTextFileSync(home.at(".ssh", name), "precious");
}

/**
 * Runs the program with an attacker inside (tests/e2e/attack/program.ts) until it has reported. `reach` is given the first
 * line of its output, for a program that has to be used before it does anything.
 */
export async function attack(
  home: Home,
  args: readonly string[],
  stdin: string,
  reach: (line: string) => Promise<void> = () => Promise.resolve(),
): Promise<Report> {
  const { command, env, cwd } = home.invocation(args);
  const start = attacker(args);
  const child = new Deno.Command(start.command ?? command, {
    args: start.args,
    env,
    cwd,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const reached = firstLine(child.stdout).then(reach);
  let text = "";
  let line: string | undefined;
  for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) {
    text += piece;
    line = text.split("\n").slice(0, -1).find((each) => each.startsWith('{"count"'));
    if (line !== undefined) break;
  }
  await reached;
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended.
  }
  await child.status;
  assert.ok(line !== undefined, `the attack never began: the program did not lock itself down\n${text}`);
  return JSON.parse(line);
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}

function attacker(args: readonly string[]): { command?: string; args: string[] } {
  if (EXECUTABLE === undefined) {
    const program = join(PROJECT, "tests", "e2e", "attack", "program.ts");
    const config = join(PROJECT, "deno.json");
    return {
      args: [
        "run",
        "--quiet",
        "--cached-only",
        "--config",
        config,
        ...permissionFlags(PERMISSIONS),
        program,
        ...args,
      ],
    };
  }
  const command = Deno.env.get("KIOKU_ATTACK_BIN");
  assert.ok(
    command,
    "KIOKU_ATTACK_BIN must name the compiled tests/e2e/attack/program.ts when KIOKU_BIN is set",
  );
  return { command: join(PROJECT, command), args: [...args] };
}
