import assert from "node:assert/strict";
import { join } from "node:path";
import { type Ended, type Home, newHome } from "../e2e/support/program.ts";
import { fillDatabase, rowsOf } from "../support/database.ts";

/** A home that has a database with records already. */
export interface FilledHome extends Home {
  readonly database: string;
  /** Ids of the live records. */
  readonly live: readonly string[];
}

/** Makes a home with a database of `count` records of every kind. */
export function filledHome(count: number): FilledHome {
  const home = newHome();
  const database = join(home.state, "kioku.db");
  Deno.mkdirSync(home.state);
  fillDatabase(database, count);
  const live = rowsOf(database, "SELECT id FROM observation WHERE state = 0").map(([id]) => String(id));
  return { ...home, database, live };
}

/** Checks that a run was refused with one line that says what is wrong and what to do, and with nothing else. */
export function assertRefused({ code, stdout, stderr }: Ended, pattern: RegExp, what = ""): void {
  assert.match(stderr, /^error: Cannot [^\n]+\n$/, what);
  assert.match(stderr, pattern, what);
  assert.doesNotMatch(stderr, /unexpected/, what);
  assert.equal(stdout, "", what);
  assert.equal(code, 1, what);
}

/** Runs the program through another, such as a shell that sets a limit first. */
export async function runThrough(
  through: readonly string[],
  home: Home,
  args: readonly string[],
): Promise<Ended> {
  const { command, args: own, env, cwd } = home.invocation(args);
  const [first = "", ...rest] = through;
  const { code, stdout, stderr } = await new Deno.Command(first, {
    args: [...rest, command, ...own],
    env,
    cwd,
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
