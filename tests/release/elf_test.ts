import assert from "node:assert/strict";
import { compareVersions, neededVersions, oldest } from "../../scripts/release/elf.ts";

Deno.test({
  name: "the versions that a program needs are those that readelf finds",
  ignore: Deno.build.os !== "linux" || !isThere("readelf"),
  fn() {
    for (const path of [Deno.execPath(), "/bin/sh"]) {
      const found = neededVersions(Deno.readFileSync(path));
      assert.ok(found !== undefined && found.length > 0);
      const { stdout } = new Deno.Command("readelf", { args: ["-V", "-W", path] }).outputSync();
      const names = [...new TextDecoder().decode(stdout).matchAll(/Name: (\S+)\s+Flags: /g)].map(([, name]) =>
        name
      );
      assert.deepEqual(found.map(({ version }) => version).sort(), names.sort(), path);
      assert.ok(found.some(({ library }) => library === "libc.so.6"));
    }
  },
});

Deno.test("what is no such file has no versions to need", () => {
  assert.equal(neededVersions(new TextEncoder().encode("#!/bin/sh\n".repeat(20))), undefined);
  assert.equal(neededVersions(new Uint8Array()), undefined);
});

Deno.test("versions are compared by their numbers, not as texts", () => {
  const needed = ["GLIBC_2.4", "GLIBC_2.34", "GLIBC_2.9", "GLIBC_2.2.5", "GLIBCXX_3.4.30", "GLIBC_PRIVATE"]
    .map((version) => ({ library: "x", version }));
  assert.equal(oldest(needed, "GLIBC"), "2.34");
  assert.equal(oldest(needed, "GLIBCXX"), "3.4.30");
  assert.equal(oldest(needed, "CXXABI"), undefined);
  assert.ok(compareVersions("2.10", "2.9") > 0 && compareVersions("2", "2.0") === 0);
});

function isThere(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}
