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

routerTest(
  "from nothing to a hub and two spokes as docs/tls.md says, and on through the rest of it",
  async () => {
    using hub = meshHome();
    using a = meshHome();
    using b = meshHome();
    using c = meshHome();
    const address = `127.0.0.1:${freePort()}`;
    const [first, second, third, ...rest] = documented();

    const hubInit = words(first, "hub", address);
    const spokeInit = words(second, "spoke", address);
    const signing = words(third, "hub", address);
    let commands = 0;
    const counted = <T>(value: T): T => {
      commands++;
      return value;
    };
    await using hubPeer = counted(talk(hub, hubInit));
    await hubPeer.see(/peer: router up, listening on tls\/127/);
    const join = async (home: Home): Promise<Dialogue> => {
      const spoke = counted(talk(home, spokeInit));
      await spoke.type(await counted(sign(hub, signing, await request(spoke))));
      await spoke.see(/peer: .*caught up/);
      return spoke;
    };
    await using _aPeer = await join(a);
    await using _bPeer = await join(b);
    assert.ok(commands <= 6, `${commands} commands`);

    await found(b, await save(a, "from one spoke to the other"));
    await found(a, await save(b, "and back"));
    const { certificate, issued } = JSON.parse(await hub.ok(["tls", "info", "--json"]));
    assert.deepEqual([certificate.problems, issued.length], [[], 3]);

    const ssh = fakeSsh(hub);
    for (const { where, commands } of rest) {
      for (const command of commands) {
        const args = words({ where, commands: [command] }, where, address);
        if (where === "hub") await hub.ok(args);
        else if (where === "sign") {
          using job = meshHome();
          const answer = await sign(
            hub,
            args,
            await job.ok(["tls", "request", "--san", "job", "--san", "hub"]),
          );
          await job.ok(["tls", "install"], { stdin: answer });
        } else {
          assert.equal(where, "ssh");
          // All these hosts are one machine, with one name.
          await using cPeer = talk(c, [...args, "--san", "third"], {
            env: { PATH: `${ssh.bin}:${c.invocation([]).env.PATH}` },
          });
          await cPeer.see(/stands for: host [0-9a-f]{32}, user alice\n/);
          await cPeer.see(/peer: .*caught up/);
          await found(c, await save(a, "for the third too"));
          await cPeer.interrupt();
          assert.equal((await cPeer.end()).code, 0);
        }
      }
    }
    assert.match(await hub.ok(["scope", "list"]), /mesh\nuser\/alice\nteam\/acme\n/);
  },
);
