import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT } from "../support/source.ts";
import { launcher } from "./support/launcher.ts";
import { type Home, newHome } from "./support/program.ts";

/** The pages whose `sh` blocks are run as they stand, and what they expect to be there. */
const PAGES: readonly string[] = [
  "README.md",
  "docs/guide.md",
  "docs/clients.md",
  "docs/in-and-out.md",
  "docs/messages.md",
  "docs/python.md",
  "docs/upgrading.md",
];

for (const page of PAGES) {
  Deno.test(`every command in ${page} works as written`, async () => {
    using home = newHome();
    const bin = launcher(home);
    Deno.writeTextFileSync(home.at("notes.txt"), "Notes from a meeting about the release.");
    const id = (await home.ok(["save", "an old decision", "--json"])).slice(19, 51);
    const blocks = shellBlocks(Deno.readTextFileSync(join(PROJECT, page)));
    assert.ok(blocks.length > 0, `${page} has no sh blocks`);
    for (const block of blocks) await runBlock(home, bin, page, block.replaceAll("69d97e53", id.slice(0, 8)));
  });
}

Deno.test("tasks that the pages name exist", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(join(PROJECT, "deno.json")));
  for (const page of PAGES) {
    for (const [, task = ""] of Deno.readTextFileSync(join(PROJECT, page)).matchAll(/\btask ([a-z:]+)/g)) {
      assert.ok(task in tasks, `${page} names the task ${task}`);
    }
  }
});

// Blocks that start Deno itself are the tasks, which the last test and CI look after; a server would wait for its client.
function shellBlocks(text: string): string[] {
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = ""]) => block)
    .filter((block) => !block.startsWith("npx ") && !block.includes("mcp serve"));
}

async function runBlock(home: Home, bin: string, page: string, block: string): Promise<void> {
  const { env, cwd } = home.invocation([]);
  const { code, stderr, stdout } = await new Deno.Command("sh", {
    args: ["-ec", block],
    env: { ...env, PATH: `${bin}:${env.PATH}` },
    cwd,
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assert.equal(code, 0, `${page}:\n${block}\n${decoder.decode(stdout)}${decoder.decode(stderr)}`);
}
