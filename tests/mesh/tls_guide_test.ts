import assert from "node:assert/strict";
import { type Dialogue, talk } from "../e2e/support/dialogue.ts";
import type { Home } from "../e2e/support/program.ts";
import { fakeSsh } from "../e2e/support/ssh.ts";
import { freePort } from "../../lib/mesh/ports.ts";
import { PROJECT } from "../support/source.ts";
import { meshHome } from "./support/command.ts";
import { routerTest, until } from "./support/host.ts";

/** The shell blocks of docs/tls.md: where they are run, and their lines. */
function documented(): readonly { readonly where: string; readonly commands: readonly string[] }[] {
  const text = Deno.readTextFileSync(`${PROJECT}/docs/tls.md`);
  return [...text.matchAll(/^```sh\n# (\w+)\n(.*?)^```/gms)].map(([, where = "", block = ""]) => ({
    where,
    commands: block.trim().split("\n"),
  }));
}

/** The only command of a block, as arguments, with the address that the test has in place of the guide's. */
function words(
  block: ReturnType<typeof documented>[number] | undefined,
  where: string,
  address: string,
): string[] {
  const [command = "", another] = block?.commands ?? [];
  assert.deepEqual([block?.where, another], [where, undefined]);
  const [program, ...args] = command.split(" ");
  assert.equal(program, "kioku-mesh");
  return args.map((arg) => arg === "192.0.2.1" ? address : arg);
}

/** Pastes what one terminal shows into `tls sign` on another, types the code, and gives the answer. */
async function sign(ca: Home, args: readonly string[], block: string): Promise<string> {
  await using signing = talk(ca, args);
  await signing.see(/Paste the block/);
  await signing.type(block);
  const [, code = ""] = await signing.see(/Type ([0-9a-f]{4}) to go on/);
  await signing.type(code);
  const [answer] = await signing.see(
    /-----BEGIN KIOKU-MESH CERT BUNDLE-----.*-----END KIOKU-MESH CERT BUNDLE-----\n/s,
  );
  assert.equal((await signing.end()).code, 0);
  return answer;
}

async function request(spoke: Dialogue): Promise<string> {
  const [block] = await spoke.see(/-----BEGIN KIOKU-MESH CSR-----.*-----END KIOKU-MESH CSR-----\n/s);
  return block;
}

async function save(home: Home, text: string, ...more: readonly string[]): Promise<string> {
  return JSON.parse(await home.ok(["save", text, "--json", ...more])).observation_id;
}

async function found(home: Home, id: string): Promise<void> {
  await until(`${id} is there`, async () => (await home.run(["get", id])).code === 0, 20_000);
}

/** What a job does: one round, with the certificate of its own, and later on another machine with what was kept of it. */
async function runJob(job: Home, other: Home, address: string): Promise<void> {
  const init = ["init", "--mode", "spoke", "--connect", address, "--tls"];
  await job.ok(init);
  const id = await save(job, "from the job");
  await job.ok(["sync"]);
  await found(other, id);
  using later = meshHome();
  Deno.mkdirSync(`${later.config}/tls`, { recursive: true });
  for (const name of ["ca.crt", "peer.crt", "peer.key", "identity.json"]) {
    Deno.copyFileSync(`${job.config}/tls/${name}`, `${later.config}/tls/${name}`);
  }
  Deno.mkdirSync(later.state);
  Deno.copyFileSync(`${job.state}/pc_id`, `${later.state}/pc_id`);
  await later.ok(init);
  const again = await save(later, "from a later job");
  await later.ok(["sync"]);
  await found(other, again);
}

/** A hub and spokes, made by the first commands of the guide. */
class Guide implements AsyncDisposable {
  readonly address: string = `127.0.0.1:${freePort()}`;
  readonly rest: ReturnType<typeof documented>;
  /** How many were typed. */
  commands = 0;
  readonly #running = new AsyncDisposableStack();
  readonly #spokeInit: readonly string[];
  readonly #signing: readonly string[];
  readonly #hubInit: readonly string[];

  constructor(readonly hub: Home) {
    const [first, second, third, ...rest] = documented();
    this.#hubInit = words(first, "hub", this.address);
    this.#spokeInit = words(second, "spoke", this.address);
    this.#signing = words(third, "hub", this.address);
    this.rest = rest;
    assert.ok(rest.every(({ where }) => ["hub", "ssh", "sign"].includes(where)), "a block that no test runs");
  }

  /** The further command lines of the guide, of these kinds, in their order. */
  lines(...kinds: readonly string[]): string[][] {
    const blocks = this.rest.filter(({ where }) => kinds.includes(where));
    assert.ok(blocks.length > 0);
    return blocks.flatMap(({ where, commands }) =>
      commands.map((command) => words({ where, commands: [command] }, where, this.address))
    );
  }

  async startHub(): Promise<void> {
    this.commands++;
    await this.#running.use(talk(this.hub, this.#hubInit)).see(/peer: router up, listening on tls\/127/);
  }

  async join(home: Home): Promise<void> {
    this.commands += 2;
    const spoke = this.#running.use(talk(home, this.#spokeInit));
    await spoke.type(await sign(this.hub, this.#signing, await request(spoke)));
    await spoke.see(/peer: .*caught up/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.disposeAsync();
  }
}

routerTest(
  "from nothing to a hub and two spokes with certificates in at most six commands, as docs/tls.md says",
  async () => {
    using hub = meshHome();
    using a = meshHome();
    using b = meshHome();
    await using guide = new Guide(hub);
    await guide.startHub();
    await guide.join(a);
    await guide.join(b);
    assert.ok(guide.commands <= 6, `${guide.commands} commands`);
    await found(b, await save(a, "from one spoke to the other"));
    await found(a, await save(b, "and back"));
    const { certificate, issued } = JSON.parse(await hub.ok(["tls", "info", "--json"]));
    assert.deepEqual([certificate.problems, issued.length], [[], 3]);
  },
);

routerTest(
  "what docs/tls.md says of enrolling over ssh, and all that is typed on the hub, works as written",
  async () => {
    using hub = meshHome();
    using a = meshHome();
    using c = meshHome();
    await using guide = new Guide(hub);
    await guide.startHub();
    await guide.join(a);
    const ssh = fakeSsh(hub);
    for (const args of guide.lines("hub", "ssh")) {
      if (!args.includes("--enroll")) {
        await hub.ok(args);
        continue;
      }
      // All these hosts are one machine, with one name.
      const env = { PATH: `${ssh.bin}:${c.invocation([]).env.PATH}` };
      await using cPeer = talk(c, [...args, "--san", "third"], { env });
      await cPeer.see(/stands for: host [0-9a-f]{32}, user alice\n/);
      await cPeer.see(/peer: .*caught up/);
      await found(c, await save(a, "for the third too"));
      await cPeer.interrupt();
      assert.equal((await cPeer.end()).code, 0);
    }
    assert.match(await hub.ok(["scope", "list"]), /mesh\nuser\/alice\nteam\/acme\n/);
  },
);

routerTest(
  "what docs/tls.md has signed otherwise than asked for works as written, for a job too",
  async () => {
    using hub = meshHome();
    using a = meshHome();
    await using guide = new Guide(hub);
    await guide.startHub();
    await guide.join(a);
    let jobs = 0;
    for (const args of guide.lines("sign")) {
      using other = meshHome();
      const answer = await sign(
        hub,
        args,
        await other.ok(["tls", "request", "--san", "other", "--san", "hub"]),
      );
      await other.ok(["tls", "install"], { stdin: answer });
      if (!args.includes("--hours")) continue;
      jobs++;
      await runJob(other, a, guide.address);
    }
    assert.equal(jobs, 1);
  },
);
