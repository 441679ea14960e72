import assert from "node:assert/strict";
import { type HostConfig, NO_HOST_CONFIG } from "../../../lib/core/config.ts";
import { environment } from "../../../lib/core/environment.ts";
import { UsageError } from "../../../lib/core/errors.ts";
import { MESH } from "../../../lib/core/scope.ts";
import { type Certified, resolveSettings, scopeFor, type Settings } from "../../../lib/core/settings.ts";

/** What a spoke has whose sources say this. */
function settings(
  certified: Certified | undefined,
  host: Partial<HostConfig> = {},
  variables: Readonly<Record<string, string>> = {},
  project?: string,
): Settings {
  return resolveSettings(
    environment((name) => variables[name]),
    project === undefined ? undefined : { path: "/p", teamId: project, defaultVisibility: undefined },
    { ...NO_HOST_CONFIG, mode: "spoke", ...host },
    { tracesOfPython: false, certified },
  );
}

Deno.test("the certificate decides who someone is, and what it leaves out is told", () => {
  const certified = { user: "bob", teams: ["acme", "web"] };
  const found = settings(certified, {
    userId: "alice",
    teamId: "ops",
    storageScopes: [MESH, { tier: "user", id: "alice" }, { tier: "user", id: "bob" }, {
      tier: "team",
      id: "acme",
    }, {
      tier: "team",
      id: "ops",
    }],
  }, { KIOKU_MESH_USER_ID: "carol" });
  assert.equal(found.userId, "bob");
  assert.equal(found.teamId, undefined);
  assert.deepEqual(found.readable, ["mesh", "user/bob", "team/acme", "team/web"]);
  assert.deepEqual(found.declared, ["mesh", "user/bob", "team/acme"]);
  assert.deepEqual(found.uncertified, ["user/carol", "team/ops", "user/alice"]);
  assert.throws(
    () => scopeFor("team", found),
    (error) => error instanceof UsageError && /team\/ops.*certificate/.test(error.message),
  );
  assert.deepEqual(scopeFor("user", found), { tier: "user", id: "bob" });
});

Deno.test("what a certificate does not name it does not decide", () => {
  const host = {
    userId: "alice",
    teamId: "ops",
    storageScopes: [MESH, { tier: "team", id: "web" } as const],
  };
  const plain = settings(undefined, host);
  assert.deepEqual(settings({ user: undefined, teams: [] }, host), plain);
  assert.deepEqual(plain.readable, ["mesh", "user/alice", "team/ops", "team/web"]);
  assert.deepEqual(plain.uncertified, []);
  const user = settings({ user: "bob", teams: [] }, host);
  assert.deepEqual([user.userId, user.teamId, user.uncertified], ["bob", "ops", ["user/alice"]]);
});

Deno.test("what a certificate names need not be configured", () => {
  const found = settings({ user: "bob", teams: ["acme"] });
  assert.deepEqual([found.userId, found.teamId], ["bob", "acme"]);
  assert.deepEqual(found.readable, ["mesh", "user/bob", "team/acme"]);
  assert.deepEqual(found.declared, found.readable);
  assert.deepEqual(found.uncertified, []);
  assert.equal(settings({ user: "bob", teams: ["acme", "web"] }, {}, {}, "web").teamId, "web");
  assert.deepEqual(settings({ user: "bob", teams: ["acme"] }, {}, {}, "ops").undeclaredTeam, {
    team: "ops",
    file: "/p",
  });
});

Deno.test("a hub carries more than its own certificate names, and reads no more for it", () => {
  const scopes = [MESH, { tier: "user", id: "alice" } as const, { tier: "team", id: "ops" } as const];
  const found = settings({ user: "bob", teams: ["acme"] }, { mode: "hub", storageScopes: scopes });
  assert.deepEqual(found.declared, ["mesh", "user/alice", "team/ops"]);
  assert.deepEqual(found.readable, ["mesh", "user/bob", "team/acme"]);
  assert.deepEqual(found.uncertified, []);
});
