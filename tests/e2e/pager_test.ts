// deno-lint-ignore-file no-control-regex -- colours are what is looked for
import assert from "node:assert/strict";
import { newHome } from "./support/program.ts";
import { onTerminal } from "./support/terminal.ts";

Deno.test({
  name: "search pages on a terminal by the person's pager, and nowhere else",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using home = newHome();
    for (const text of ["first memory", "second memory"]) await home.ok(["save", text]);
    const pager = home.at("pager");
    Deno.writeTextFileSync(pager, `#!/bin/sh\necho "LESS is $LESS" > paged\ncat >> paged\necho the end\n`, {
      mode: 0o755,
    });
    const env = { PAGER: `'${pager}' --some option` };
    const paged = () => {
      try {
        const text = Deno.readTextFileSync(home.at("paged"));
        Deno.removeSync(home.at("paged"));
        return text;
      } catch {
        return undefined;
      }
    };
    const shown = await onTerminal(home, ["search", "first"], { env: { ...env, NO_COLOR: "1" } });
    assert.match(shown, /(^|\n)the end\n$/, "it waits until the pager has ended");
    assert.doesNotMatch(shown, /first memory/);
    assert.match(paged() ?? "", /^LESS is FRX\n\[note\]\[2\] \S+ first memory\n/);
    await onTerminal(home, ["search", "first"], { env: { ...env, NO_COLOR: "" } });
    assert.match(
      paged() ?? "",
      /\n\x1b\[2m\[note\]\[2\] \S+\x1b\[22m first memory\n.*\x1b\[2m<id=[0-9a-f]{32}>\x1b\[22m\n/s,
    );
    await onTerminal(home, ["search"], { env: { ...env, LESS: "mine" } });
    assert.match(paged() ?? "", /^LESS is mine\n/);
    for (const plain of [{ PAGER: "cat" }, { ...env, CLAUDECODE: "1" }]) {
      assert.match(await onTerminal(home, ["search", "first"], { env: plain }), /first memory/);
      assert.equal(paged(), undefined);
    }
    assert.match(await home.ok(["search", "first"], { env }), /first memory/);
    assert.equal(paged(), undefined);
    assert.match(await onTerminal(home, ["search", "--bogus"], { env }), /error: Cannot run search/);
    const gone = await onTerminal(home, ["search", "first"], { env: { PAGER: "true" } });
    assert.doesNotMatch(gone, /first memory|error:/, "a pager that reads nothing stops nothing");
    const missing = await onTerminal(home, ["search", "first"], { env: { PAGER: "no-such-pager" } });
    assert.match(missing, /not found/);
  },
});
