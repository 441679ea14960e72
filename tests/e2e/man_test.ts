import assert from "node:assert/strict";
import { COMMANDS } from "../../lib/cli/table.ts";
import { newHome } from "./support/program.ts";

Deno.test("the manual page has every command, and no line in it is taken for a request of roff by mistake", async () => {
  using home = newHome();
  const page = await home.ok(["man"]);
  for (const { name } of COMMANDS) {
    assert.match(page, new RegExp(`^\\.SS "${name.replaceAll("-", "\\\\-")} `, "m"), name);
  }
  const requests = new Set(page.split("\n").flatMap((line) => /^[.'](\S*)/.exec(line)?.[1] ?? []));
  assert.deepEqual([...requests].sort(), ["B", "I", "PP", "SH", "SS", "TH", "TP", "br", "nh"]);
  assert.doesNotMatch(page, /[^\\]--/, "a hyphen that could be shown as another character");
});

Deno.test({
  name: "groff formats the manual page without a warning",
  ignore: !isThere("groff"),
  async fn() {
    using home = newHome();
    Deno.writeTextFileSync(home.at("page"), await home.ok(["man"]));
    const { stdout, stderr } = await new Deno.Command("groff", {
      args: ["-man", "-ww", "-Tutf8", home.at("page")],
      signal: AbortSignal.timeout(60_000),
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    // deno-lint-ignore no-control-regex -- that is how a printer of the time wrote bold
    const text = new TextDecoder().decode(stdout).replaceAll(/.\x08|\x1b\[[\d;]*m/g, "");
    assert.match(text, /--supersedes <id,id>/);
  },
});

function isThere(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}
