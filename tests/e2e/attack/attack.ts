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

/** Runs the program with an attacker inside (tests/e2e/attack/program.ts), to its end. */
export async function attack(
  home: Home,
  args: readonly string[],
  stdin: string,
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
  const { stderr } = await child.output();
  const text = new TextDecoder().decode(stderr);
  const line = text.split("\n").find((each) => each.startsWith('{"count"'));
  assert.ok(line !== undefined, `the attack never began: the program did not lock itself down\n${text}`);
  return JSON.parse(line);
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
