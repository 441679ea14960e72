/**
 * The program with an enemy inside: it runs like main.ts, but the clock that it is given attacks as soon as the process
 * has locked itself down, and reports on standard error what worked. It is compiled with the permissions of the real
 * one (scripts/compile.ts --entry) for the tests on executables.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { terminalOutput } from "../../../lib/cli/output.ts";
import { run } from "../../../lib/cli/run.ts";
import { surroundings } from "../../../surroundings.ts";

let database: DatabaseSync | undefined;
const prepare = DatabaseSync.prototype.prepare;
DatabaseSync.prototype.prepare = function (sql: string) {
  database = this;
  return prepare.call(this, sql);
};

const around = surroundings();
const home = around.env.other("HOME") ?? "";
const victim = `${home}/.ssh/id`;
const other = `${home}/.ssh/other`;
const code = `${home}/code.js`;
const loot = `${home}/loot`;
// Where the test listens, so that a connection could succeed.
const port = Number(Deno.readTextFileSync(`${home}/port`));

/** What an attacker would try. Each returns when it worked and throws when it was refused. */
const ATTACKS: Readonly<Record<string, () => unknown>> = {
  "read a file": () => Deno.readTextFileSync(victim),
  "read a file through node:fs": () => readFileSync(victim),
  "list a folder": () => [...Deno.readDirSync(home)],
  "stat a file": () => Deno.statSync(victim),
  "write a file": () => Deno.writeTextFileSync(loot, "x"),
  "remove a file": () => Deno.removeSync(other),
  "make a link": () => Deno.symlinkSync(victim, `${home}/link`),
  "open a file": () => Deno.openSync(victim),
  "read this process's environment": () => Deno.readFileSync("/proc/self/environ"),
  "write this process's memory": () => Deno.openSync("/proc/self/mem", { write: true }),
  "read a variable": () => Deno.env.get("HOME"),
  "list variables": () => Deno.env.toObject(),
  "ask for the host name": () => Deno.hostname(),
  "run a process": () => new Deno.Command("true").outputSync(),
  "run a process through node": () => execFileSync("true"),
  "listen": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
  "listen to other hosts": () => Deno.listen({ hostname: "0.0.0.0", port: 0 }).close(),
  "load a library": () => Deno.dlopen("libc.so.6", {}),
  "open another database": () => new DatabaseSync(`${home}/other.db`),
  "attach another database": () => database?.exec(`ATTACH '${home}/other.db' AS other`),
  "copy the database elsewhere": () => database?.exec(`VACUUM INTO '${home}/copy.db'`),
  "load an extension": () => database?.loadExtension(victim),
  "get a permission back": () => {
    const lacking = PERMISSIONS.filter((name) => !isGranted(name));
    for (const name of lacking) Deno.permissions.requestSync({ name });
    if (!lacking.some(isGranted)) throw new Error("refused");
  },
};

const PERMISSIONS = ["read", "write", "net", "run", "env", "sys", "ffi", "import"] as const;

function isGranted(name: typeof PERMISSIONS[number]): boolean {
  return Deno.permissions.querySync({ name }).state === "granted";
}

// Where nobody answers: what counts is whether it was allowed to ask.
async function unlessRefused(attempt: () => Promise<unknown>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
  }
}

const WAITING_ATTACKS: Readonly<Record<string, () => Promise<unknown>>> = {
  "connect": () => Deno.connect({ hostname: "127.0.0.1", port }),
  "fetch": () => fetch(`http://127.0.0.1:${port}/`),
  "connect through node": () =>
    new Promise((resolve, reject) => {
      createConnection(port, "127.0.0.1").on("connect", resolve).on("error", reject);
    }),
  "read a file in a worker": () =>
    new Promise((resolve, reject) => {
      const script = `postMessage(Deno.readTextFileSync(${JSON.stringify(victim)}))`;
      const worker = new Worker(`data:application/javascript,${encodeURIComponent(script)}`, {
        type: "module",
      });
      worker.onmessage = resolve;
      worker.onerror = (event) => {
        event.preventDefault();
        reject(event.error);
      };
    }),
  "connect to another host": () =>
    unlessRefused(() => Deno.connect({ hostname: "192.0.2.1", port, signal: AbortSignal.timeout(500) })),
  "fetch from another host": () =>
    unlessRefused(() => fetch(`http://192.0.2.1:${port}/`, { signal: AbortSignal.timeout(500) })),
  "look a name up": () => unlessRefused(() => Deno.resolveDns("example.org", "A")),
  "import a file": () => import(`file://${code}`),
  "import a package": () => import(["npm:", "is-odd"].join("")),
  "import from the network": () => import(["https:", "", "deno.land", "x.ts"].join("/")),
};

let attacked = false;

// Locked down is who has lost the variables: every mode but the commands that set something up loses these.
function attack(): void {
  if (attacked || Deno.permissions.querySync({ name: "env", variable: "HOME" }).state === "granted") return;
  attacked = true;
  const worked: string[] = [];
  for (const [name, attempt] of Object.entries(ATTACKS)) {
    try {
      attempt();
      worked.push(name);
    } catch {
      // Refused, as it should be.
    }
  }
  waiting = Promise.all(
    Object.entries(WAITING_ATTACKS).map(([name, attempt]) =>
      attempt().then(() => worked.push(name), () => {})
    ),
  ).then(() => {
    const count = Object.keys(ATTACKS).length + Object.keys(WAITING_ATTACKS).length;
    Deno.stderr.writeSync(new TextEncoder().encode(`${JSON.stringify({ count, worked })}\n`));
  });
}

let waiting: Promise<void> = Promise.resolve();

const exitCode = await run(Deno.args, {
  ...around,
  clock: () => {
    attack();
    return around.clock();
  },
}, terminalOutput(Deno.stdout, Deno.stderr, true));
await waiting;
Deno.exit(exitCode);
