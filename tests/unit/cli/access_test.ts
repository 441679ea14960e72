import assert from "node:assert/strict";
import { accessOf, permissionFlags, PERMISSIONS } from "../../../lib/cli/access.ts";
import { currentPage } from "../../../scripts/security_table.ts";
import { PROJECT } from "../../support/source.ts";

Deno.test("the set `program` of deno.json is the table in code", () => {
  const { permissions } = JSON.parse(Deno.readTextFileSync(`${PROJECT}/deno.json`));
  assert.deepEqual(permissions.program, PERMISSIONS);
});

Deno.test("docs/security.md shows the table in code", async () => {
  const page = Deno.readTextFileSync(`${PROJECT}/docs/security.md`);
  assert.equal(await currentPage(page), page, "Run `deno task security-table`.");
});

Deno.test("the executable is given no network beyond this machine, no native code and no whole categories of variables", () => {
  const names = permissionFlags(PERMISSIONS).map((flag) => flag.split("=")[0]);
  assert.deepEqual(names, [
    ...[
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-net",
      "--allow-run",
      "--allow-env",
      "--allow-sys",
    ],
  ]);
  const here = /^(127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1?\])$/;
  assert.ok(PERMISSIONS.net.length > 0 && PERMISSIONS.net.every((host) => here.test(host)));
  assert.ok(PERMISSIONS.env.length > 0 && PERMISSIONS.sys.length > 0, "an empty list would allow everything");
});

Deno.test("only the peer keeps the network, only it, doctor, verify, enroll and what opens an editor processes, and no command native code", () => {
  const kinds = [
    ...[
      "data",
      "session",
      "listing",
      "watch",
      "files",
      "hook",
      "setup",
      "enroll",
      "editor",
      "peer",
      "doctor",
      "verify",
    ] as const,
  ];
  const keepers = (name: Deno.PermissionName) => kinds.filter((kind) => accessOf(kind).keeps.includes(name));
  const processes = ["watch", "enroll", "editor", "peer", "doctor", "verify"];
  assert.deepEqual([keepers("net"), keepers("run"), keepers("ffi")], [["peer"], processes, []]);
  for (const kind of ["data", "session", "listing", "hook"] as const) {
    assert.deepEqual(accessOf(kind).keeps, []);
  }
  assert.deepEqual(accessOf("verify").keeps, ["run"], "it may start what is registered, and nothing else");
  assert.deepEqual(
    accessOf("watch").keeps,
    ["run"],
    "it may start tmux when it was told to, and nothing else",
  );
  assert.ok(!accessOf("peer").keeps.includes("env"), "the router's environment is not ours");
});
